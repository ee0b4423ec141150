/** What the drafts of one run share. */

import type { TableFacts } from "../dialects/schema-reader.ts";
import type { CodeTable } from "./code-tables.ts";
import { archiveCandidates, declaredKey, type Schema } from "./guess/schema.ts";
import { countShared, type Looking } from "./looking.ts";
import { attempt, type SeenTable, seeTable } from "./see-table.ts";
import type { Judged, Surroundings } from "./seen.ts";

export interface Drafting {
  readonly looking: Looking;
  readonly schema: Schema;
  readonly codeTables: readonly CodeTable[];
  /** Resources by table: those of the project, and those asked for. */
  readonly resources: ReadonlyMap<string, string>;
  /** Looks at a table once, however often it is needed. */
  readonly see: (table: TableFacts) => Promise<SeenTable>;
  /** Takes note of the codes of a table's columns, and of the forms of its dates. */
  readonly learn: (table: string, judged: Judged) => void;
  readonly dateForms: Surroundings["dateForms"];
  readonly keyParts: ReadonlySet<string>;
}

/** A `see` that remembers. */
export function seeingOnce(looking: Looking, schema: Schema, codeTables: readonly CodeTable[], resources: ReadonlyMap<string, string>): Drafting["see"] {
  const seen = new Map<string, Promise<SeenTable>>();
  return (table) => {
    const known = seen.get(table.name) ?? seeTable(looking, schema, codeTables, resources, table);
    seen.set(table.name, known);
    return known;
  };
}

/** Tables of the same shape, none of whose keys is in this one: rows that were moved there. */
export async function archivesOf({ looking, schema }: Drafting, table: TableFacts): Promise<readonly string[]> {
  const found: string[] = [];
  for (const archive of archiveCandidates(schema, table)) {
    const key = declaredKey(table) ?? [];
    if (key.length === 0) continue;
    const shared = await attempt(
      () =>
        countShared(
          looking,
          archive,
          table.name,
          key.map((column) => [column, column]),
        ),
      { asked: 0, found: 0 },
    );
    if (shared.asked > 0 && shared.found <= 0.1 * shared.asked) found.push(archive);
  }
  return found;
}
