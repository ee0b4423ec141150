/** Runs the bundled ERP's batch programs now and then, as its own scheduler would at night. */
import type pg from "pg";
import type { SourceUrls } from "#config";
import { withClient } from "./databases.ts";

const intervalMs = 20_000;

/** Returns how to end it. A round that fails is followed by the next: it is a demo's ERP, and nobody's night. */
export function runBatches(
  sources: ReadonlyMap<string, SourceUrls>,
  batch: (client: pg.Client) => Promise<void>,
  failed: (error: unknown) => void,
): () => void {
  const urls = new Set([...sources.values()].flatMap(({ live, test }) => [live, test].filter((url) => url !== undefined)));
  let running = false;
  const round = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      for (const url of urls) await withClient(url, batch);
    } catch (error) {
      failed(error);
    } finally {
      running = false;
    }
  };
  const timer = setInterval(() => void round(), intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
