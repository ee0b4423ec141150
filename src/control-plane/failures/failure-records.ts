/** Port: the count of refused credentials that processes share. */
import type { SharedCount } from "./failure-windows.ts";

export interface FailureRecords {
  /** Adds to the windows of these networks, and answers how they stand. Rejects when it cannot, and then nothing is known. */
  add(failures: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, SharedCount>>;
}
