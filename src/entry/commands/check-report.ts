/** How the findings of `sluice check` are shown: to people, and to scripts. */

import type { ResourceReport } from "#gateway";
import type { EnvironmentReport } from "./check.ts";

export function reportInWords(reports: readonly EnvironmentReport[]): string {
  const lines: string[] = [];
  const shown = new Map<string, Shown>();
  let unserved = 0;
  for (const { source, environment, compared, resources, footprint, capture } of reports) {
    const explained = resources.reduce((sum, { judgement }) => sum + (judgement?.explained ?? 0), 0);
    lines.push(`${source}, ${environment}: ${counted(resources.length, "resource")}, ${counted(explained, "statement")} explained`);
    if (!compared) lines.push("  No description is recorded, so changed columns go unseen: run `sluice check --record` once.");
    if (footprint !== undefined) lines.push(`  BROKEN    ${footprint}: run \`sluice source install\`.`);
    for (const what of capture) lines.push(`  BROKEN    ${what}. Run \`sluice source install\`.`);
    for (const resource of resources) {
      const key = `${source} ${resource.resource}`;
      const known = shown.get(key)?.text === JSON.stringify(resource.judgement?.unserved) ? shown.get(key)?.environment : undefined;
      lines.push(...resourceInWords(resource, known));
      if (known === undefined) unserved += resource.judgement?.unserved.filter(({ waived }) => waived === undefined).length ?? 0;
      if (!shown.has(key) && resource.judgement !== undefined) shown.set(key, { environment, text: JSON.stringify(resource.judgement.unserved) });
    }
    lines.push("");
  }
  const all = reports.flatMap(({ resources }) => resources);
  const count = (of: (resource: ResourceReport) => number): number => all.reduce((sum, resource) => sum + of(resource), 0);
  const broken = all.filter((resource) => resource.broken).length;
  const changed = count(({ findings }) => findings.filter(({ kind }) => kind === "changed").length);
  const unwritable = reports.filter(({ footprint }) => footprint !== undefined).length;
  const unwatched = reports.filter(({ capture }) => capture.length > 0).length;
  lines.push(
    broken + changed + unserved + unwritable + unwatched === 0
      ? "All is well."
      : `${unwritable === 0 ? "" : `${counted(unwritable, "database")} without footprint, `}${unwatched === 0 ? "" : `${counted(unwatched, "database")} whose changes are not all noted, `}${counted(broken, "resource")} broken, ${counted(changed, "column")} changed, ${counted(unserved, "thing")} served by no index.`,
  );
  return lines.join("\n");
}

/** What no index serves is mostly the same in both environments, and said once. */
interface Shown {
  readonly environment: string;
  readonly text: string;
}

function resourceInWords({ resource, findings, broken, judgement }: ResourceReport, sameAs: string | undefined): readonly string[] {
  const lines = findings.map(({ kind, places, what }) => `  ${kind === "changed" ? "changed " : "BROKEN  "}  ${places === "" ? "" : `${places}: `}${what}`);
  if (broken) lines.push("            The gateway answers 503 for it, and serves the others.");
  const unserved = judgement?.unserved ?? [];
  const isShown = unserved.length > 0 && sameAs !== undefined;
  if (isShown) lines.push(`  no index  for the same as in ${sameAs}`);
  for (const { ask, why, statement, waived } of isShown ? [] : unserved)
    lines.push(...(waived === undefined ? [`  no index  ${ask}: ${why}`, `            ${shortened(statement)}`] : [`  accepted  ${ask}: ${waived}`]));
  for (const what of judgement?.unknown ?? []) lines.push(`  unknown   ${what}`);
  return [`${resource}${lines.length === 0 ? ": nothing to say" : ""}`, ...lines];
}

export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Without lists of columns, which say nothing of what an index could serve. `--json` has the whole. */
function shortened(whole: string): string {
  const statement = whole.replaceAll(/SELECT (?:["`]?\w+["`]?, ){3,}["`]?\w+["`]? FROM/g, "SELECT … FROM");
  let depth = 0;
  for (let at = 0; at < statement.length; at += 1) {
    const char = statement.charAt(at);
    if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (depth === 0 && statement.startsWith(" FROM ", at)) return `SELECT …${statement.slice(at)}`;
  }
  return statement;
}

export function reportToJson(reports: readonly EnvironmentReport[]) {
  return {
    sources: reports.map(({ source, environment, compared, resources, footprint, capture }) => ({
      source,
      environment,
      compared_with_record: compared,
      footprint: footprint ?? "ok",
      capture: capture.length === 0 ? "ok" : capture,
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
