/** What workers did and what waits for them, for Prometheus (text exposition format 0.0.4). */

import type { DeliveryStanding } from "../delivery-records.ts";
import type { DeliveryCounts } from "./counts.ts";

export function deliveryMetrics({ attempts, dead, lost, underway, endpoints }: DeliveryCounts, standing: DeliveryStanding | undefined): string {
  const metric = (name: string, type: string, help: string, values: readonly (readonly [labels: string, value: number])[]): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${values.map(([labels, value]) => `${name}${labels} ${value}\n`).join("")}`;
  const one = (value: number): readonly (readonly [string, number])[] => [["", value]];
  const outcomes = ["delivered", "status", "timeout", "connect", "tls", "reset", "address", "invalid-answer", "no-body"];
  return [
    metric(
      "sluice_delivery_attempts_total",
      "counter",
      "Attempts to deliver, by what came of them.",
      outcomes.map((outcome) => [`{outcome="${outcome}"}`, attempts.get(outcome) ?? 0]),
    ),
    metric("sluice_deliveries_dead_total", "counter", "Deliveries that were given up after their last attempt.", one(dead)),
    metric("sluice_delivery_leases_lost_total", "counter", "Endpoints that another worker took over because this one was late.", one(lost)),
    metric("sluice_delivery_in_flight", "gauge", "Requests to partners' endpoints that are underway.", one(underway)),
    metric("sluice_delivery_endpoints", "gauge", "Endpoints that this process delivers to at the moment.", one(endpoints)),
    ...(standing === undefined
      ? []
      : [
          metric("sluice_delivery_oldest_due_seconds", "gauge", "For how long the oldest delivery has been due.", one((standing.oldestDueMs ?? 0) / 1_000)),
          metric(
            "sluice_deliveries_dead",
            "gauge",
            "Dead deliveries of the endpoints that have the most of them.",
            standing.dead.map(({ endpoint, deliveries }) => [`{endpoint="${endpoint}"}`, deliveries]),
          ),
        ]),
  ].join("");
}
