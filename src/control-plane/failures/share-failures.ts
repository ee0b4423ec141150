/** Tells the other processes of refused credentials, and hears of theirs: in rounds, so that no request waits for it. */
import type { FailureRecords } from "./failure-records.ts";
import type { FailureWindows } from "./failure-windows.ts";

/** Networks in one round: a flood from very many is throttled by each process alone. */
const mostNetworks = 200;

/** One bounded round; does nothing where nothing was refused. Rejects when the others cannot be reached; what was counted here holds all the same. */
export async function shareFailures(windows: FailureWindows, records: FailureRecords): Promise<void> {
  const taken = windows.take(mostNetworks);
  if (taken.size === 0) return;
  for (const [network, shared] of await records.add(taken)) windows.hear(network, shared);
}
