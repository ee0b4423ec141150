/** Counted things as text for Prometheus (its text exposition format, version 0.0.4). */

import type { Guard } from "./guard.ts";
import { bounds, type Histogram, refusals } from "./measures.ts";
import { workKinds } from "./settings.ts";

/** One database of a source, as it is labelled. */
export interface Measured {
  readonly labels: Readonly<Record<string, string>>;
  readonly guard: Guard;
  readonly inMaintenance: boolean;
}

type Sample = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: (of: Measured) => readonly Sample[];
}

const breakerStates = ["closed", "open", "half-open"] as const;

const families: readonly Family[] = [
  {
    name: "sluice_source_statements_total",
    type: "counter",
    help: "Statements sent to the ERP, by how they ended.",
    samples: ({ guard }) => [...guard.measures.statements].map(([outcome, count]) => ["", { outcome }, count]),
  },
  {
    name: "sluice_source_statement_seconds",
    type: "histogram",
    help: "How long statements took, with the time to connect.",
    samples: ({ guard }) => histogram(guard.measures.seconds, {}),
  },
  {
    name: "sluice_source_wait_seconds",
    type: "histogram",
    help: "How long work waited for its turn, those included that gave up.",
    samples: ({ guard }) => [...guard.measures.waits].flatMap(([kind, waits]) => histogram(waits, { kind })),
  },
  {
    name: "sluice_source_connections_in_use",
    type: "gauge",
    help: "Connections that work holds now.",
    samples: ({ guard }) => workKinds.map((kind) => ["", { kind }, guard.slots.inUse(kind)]),
  },
  {
    name: "sluice_source_connections_limit",
    type: "gauge",
    help: "Connections of the pool at most.",
    samples: ({ guard }) => [["", {}, guard.poolSize]],
  },
  {
    name: "sluice_source_waiting",
    type: "gauge",
    help: "Work that waits for its turn now.",
    samples: ({ guard }) => workKinds.map((kind) => ["", { kind }, guard.slots.waiting(kind)]),
  },
  {
    name: "sluice_source_refusals_total",
    type: "counter",
    help: "Work that was not let through, by reason.",
    samples: ({ guard }) => refusals.map((reason) => ["", { reason }, guard.measures.refused.get(reason) ?? 0]),
  },
  {
    name: "sluice_source_breaker_state",
    type: "gauge",
    help: "1 for the state the breaker is in.",
    samples: ({ guard }) => breakerStates.map((state) => ["", { state }, guard.breaker.state() === state ? 1 : 0]),
  },
  {
    name: "sluice_source_breaker_opened_total",
    type: "counter",
    help: "Times the breaker has opened.",
    samples: ({ guard }) => [["", {}, guard.breaker.opened()]],
  },
  {
    name: "sluice_source_maintenance",
    type: "gauge",
    help: "1 in a maintenance window.",
    samples: ({ inMaintenance }) => [["", {}, inMaintenance ? 1 : 0]],
  },
];

export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

export function metricsText(all: readonly Measured[]): string {
  const lines = families.flatMap(({ name, type, help, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...all.flatMap((of) => samples(of).map(([suffix, labels, value]) => `${name}${suffix}${written({ ...of.labels, ...labels })} ${value}`)),
  ]);
  return `${lines.join("\n")}\n`;
}

function histogram({ counts, sum }: Histogram, labels: Readonly<Record<string, string>>): readonly Sample[] {
  let below = 0;
  const buckets = counts.map((count, index): Sample => {
    below += count;
    return ["_bucket", { ...labels, le: index < bounds.length ? String(bounds[index]) : "+Inf" }, below];
  });
  return [...buckets, ["_sum", labels, sum], ["_count", labels, below]];
}

function written(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
