/** Lets a test say which optional component it needs, so that it is skipped with a reason where that is missing. */
import { describe, inject } from "vitest";
import type { RequirementName } from "./find-requirements.ts";

/**
 * `describe` for tests that need a component: `body` gets its URL or path.
 * The reason of a skip stands in the name, where the summary at the end of the run finds it.
 */
export function describeWith(needed: RequirementName, name: string, body: (at: string) => void): void {
  const requirement = inject("requirements")[needed];
  if (requirement.reachable) {
    describe(name, () => body(requirement.at));
  } else {
    describe.skip(`${name} [skipped: ${requirement.reason}]`, () => body(`unreachable:${needed}`));
  }
}
