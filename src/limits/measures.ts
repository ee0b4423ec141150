/** What limits have done, counted for Prometheus. */

export interface LimitMeasures {
  refused(violated: readonly string[]): void;
  /** In the text format of Prometheus. */
  text(): string;
}

/** `isShared`: whether all processes count together now; undefined where there is nothing to share. */
export function limitMeasures(isShared: (() => boolean) | undefined): LimitMeasures {
  const refusals = new Map<string, number>();
  return {
    refused(violated) {
      for (const policy of violated) refusals.set(policy, (refusals.get(policy) ?? 0) + 1);
    },
    text() {
      const samples = [...refusals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([policy, count]) => `sluice_limit_refusals_total{policy="${policy}"} ${count}\n`);
      const shared =
        isShared === undefined
          ? ""
          : `# HELP sluice_limits_shared Whether limits are counted for all processes together (1), or by each for its part (0).\n# TYPE sluice_limits_shared gauge\nsluice_limits_shared ${isShared() ? 1 : 0}\n`;
      return `# HELP sluice_limit_refusals_total Requests refused with 429, by the policy that had nothing left.\n# TYPE sluice_limit_refusals_total counter\n${samples.join("")}${shared}`;
    },
  };
}
