/** Whether there is a test environment to send partners to. */
import type { SourceUrls } from "#config";

export function hasTestEnvironment(sources: ReadonlyMap<string, SourceUrls>): boolean {
  return [...sources.values()].some(({ test }) => test !== undefined);
}
