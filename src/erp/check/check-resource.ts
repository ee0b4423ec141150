/** Whether a resource's statements would run against the ERP as it is, and which part of the binding stands in the way. */

import { Problem } from "#lib/problems.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase } from "../dialects/dialect.ts";
import { SourceTrouble } from "../dialects/trouble.ts";
import type { RecordedSchema } from "./recorded-schema.ts";
import { compareWithSchema, type Finding } from "./schema-drift.ts";
import { statementsOf } from "./statements.ts";

/** A finding for which the resource cannot be served. */
export function isBreaking({ kind }: Finding): boolean {
  return kind !== "changed";
}

/**
 * The catalogue says what is wrong, and the database has the last word on whether it matters: it plans the statements
 * without running them. Throws a `Problem` when the source cannot answer now.
 */
export async function checkResource(
  resource: BoundResource,
  dialect: Dialect,
  catalog: Catalog,
  database: ErpDatabase,
  recorded: RecordedSchema | undefined,
): Promise<readonly Finding[]> {
  const findings = compareWithSchema(resource, catalog, recorded);
  const failure = await firstFailure(resource, dialect, catalog, database);
  if (failure === "none") return findings.map((finding) => (finding.kind === "missing" ? foundAllTheSame(finding) : finding));
  if (failure === "unknown") return findings;
  if (!findings.some(isBreaking))
    return [...findings, { kind: "failing", places: failure.places, what: `the database refuses the statement: ${failure.said}` }];
  // A view may be there and broken: that only the database says.
  return findings.map((finding) => (finding.kind === "missing" ? { ...finding, what: `${finding.what} (${failure.said})` } : finding));
}

/** Names are looked for along a search path, and by collations, that the catalogue's reader does not follow. */
function foundAllTheSame(finding: Finding): Finding {
  return { ...finding, kind: "changed", what: `${finding.what}; the database finds it all the same, but filters by it are not fitted to its type` };
}

interface Failure {
  readonly places: string;
  /** The database's words. */
  readonly said: string;
}

async function firstFailure(resource: BoundResource, dialect: Dialect, catalog: Catalog, database: ErpDatabase): Promise<Failure | "none" | "unknown"> {
  let judged = true;
  for (const { ask, statement } of await statementsOf(resource, dialect, catalog)) {
    if (ask.kind !== "list" && ask.kind !== "get" && ask.kind !== "lines") continue;
    if (statement === undefined) continue;
    try {
      if ("notExplained" in (await dialect.explain(database, statement, "as-it-is"))) judged = false;
    } catch (error) {
      const said = driftInWords(error);
      const places = ask.kind === "lines" ? `lines ${ask.path}` : "";
      if (said !== undefined) return { places, said };
      if (error instanceof Problem) throw error;
      judged = false; // a value made up for the plan did not fit; real ones may
    }
  }
  return judged ? "none" : "unknown";
}

/** The database's own words; those of a missing or forbidden thing quote names, and no values. */
export function driftInWords(error: unknown): string | undefined {
  const trouble = error instanceof Problem ? error.cause : error;
  if (!(trouble instanceof SourceTrouble) || trouble.trouble !== "drift") return undefined;
  return trouble.cause instanceof Error ? trouble.cause.message : "it does not say why";
}
