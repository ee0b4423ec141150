/** Every conflict counted, for Prometheus. */

import type { FieldConflict } from "#contract/command-call.ts";

export interface ConflictCounts {
  count(
    labels: { readonly source: string; readonly environment: string; readonly resource: string },
    conflicts: readonly Pick<FieldConflict, "rule" | "outcome">[],
  ): void;
  /** In the text format of Prometheus. */
  text(): string;
}

export function conflictCounts(): ConflictCounts {
  const counts = new Map<string, number>();
  return {
    count({ source, environment, resource }, conflicts) {
      for (const { rule, outcome } of conflicts) {
        // None of these holds a character that would have to be escaped.
        const series = `sluice_conflicts_total{source="${source}",environment="${environment}",resource="${resource}",rule="${rule}",outcome="${outcome}"}`;
        counts.set(series, (counts.get(series) ?? 0) + 1);
      }
    },
    text() {
      const samples = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([series, count]) => `${series} ${count}\n`);
      return `# HELP sluice_conflicts_total Fields that both sides changed, by rule and by what was done about it.\n# TYPE sluice_conflicts_total counter\n${samples.join("")}`;
    },
  };
}
