/** What a worker counts, for operators. */

import type { Attempted } from "../delivery-records.ts";

export interface DeliveryCounts {
  /** Attempts by what came of them: `delivered`, `status`, `timeout` and so on. */
  readonly attempts: ReadonlyMap<string, number>;
  /** Deliveries that were given up. */
  readonly dead: number;
  /** Endpoints that another worker had taken over. */
  readonly lost: number;
  readonly underway: number;
  readonly endpoints: number;
  readonly waiting: number;
}

export interface DeliveryCounter {
  note(attempted: Attempted): void;
  lost(): void;
  now(gauges: Pick<DeliveryCounts, "underway" | "endpoints" | "waiting">): DeliveryCounts;
}

export function deliveryCounts(): DeliveryCounter {
  const attempts = new Map<string, number>();
  let [dead, lost] = [0, 0];
  return {
    note({ outcome, ending }) {
      attempts.set(outcome, (attempts.get(outcome) ?? 0) + 1);
      if (ending.kind === "dead") dead += 1;
    },
    lost: () => {
      lost += 1;
    },
    now: (gauges) => ({ attempts: new Map(attempts), dead, lost, ...gauges }),
  };
}
