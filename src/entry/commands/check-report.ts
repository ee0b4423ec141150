/** How the findings of `sluice check` are shown: to people, and to scripts. */

import type { ResourceReport } from "#gateway";
import type { EnvironmentReport } from "./check.ts";

export function reportInWords(reports: readonly EnvironmentReport[]): string {
  const lines: string[] = [];
  for (const { source, environment, compared, resources } of reports) {
    const explained = resources.reduce((sum, { judgement }) => sum + (judgement?.explained ?? 0), 0);
    lines.push(`${source}, ${environment}: ${resources.length} resources, ${explained} statements explained`);
    if (!compared) lines.push("  No description is recorded, so changed columns go unseen: run `sluice check --record` once.");
    for (const resource of resources) lines.push(...resourceInWords(resource));
    lines.push("");
  }
  const all = reports.flatMap(({ resources }) => resources);
  const count = (of: (resource: ResourceReport) => number): number => all.reduce((sum, resource) => sum + of(resource), 0);
  const broken = all.filter((resource) => resource.broken).length;
  const changed = count(({ findings }) => findings.filter(({ kind }) => kind === "changed").length);
  const unserved = count(({ judgement }) => judgement?.unserved.filter(({ waived }) => waived === undefined).length ?? 0);
  lines.push(
    broken + changed + unserved === 0 ? "All is well." : `${broken} resources broken, ${changed} columns changed, ${unserved} things served by no index.`,
  );
  return lines.join("\n");
}

function resourceInWords({ resource, findings, broken, judgement }: ResourceReport): readonly string[] {
  const lines = findings.map(({ kind, places, what }) => `  ${kind === "changed" ? "changed " : "BROKEN  "} ${places === "" ? "" : `${places}: `}${what}`);
  if (broken) lines.push("           The gateway answers 503 for it, and serves the others.");
  for (const { ask, why, statement, waived } of judgement?.unserved ?? [])
    lines.push(...(waived === undefined ? [`  no index ${ask}: ${why}`, `           ${statement}`] : [`  accepted ${ask}: ${waived}`]));
  for (const what of judgement?.unknown ?? []) lines.push(`  unknown  ${what}`);
  return [`${resource}${lines.length === 0 ? ": nothing to say" : ""}`, ...lines];
}

export function reportToJson(reports: readonly EnvironmentReport[]) {
  return {
    sources: reports.map(({ source, environment, compared, resources }) => ({
      source,
      environment,
      compared_with_record: compared,
      resources: resources.map(({ resource, broken, findings, judgement }) => ({
        resource,
        broken,
        findings,
        unindexed: (judgement?.unserved ?? []).map(({ ask, why, statement, waived }) => ({ ask, why, statement, accepted: waived ?? null })),
        unknown: judgement?.unknown ?? [],
        statements_explained: judgement?.explained ?? 0,
      })),
    })),
  };
}
