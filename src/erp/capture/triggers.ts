/** The triggers of a source: what puts them in place, and whether they are there as this gateway's bindings want them. */

import type { ErpDatabase, Statement } from "../dialects/dialect.ts";
import { type Denied, define } from "../write/footprint/install.ts";
import type { FootprintStatement } from "../write/footprint.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { dropPostgresTriggers, postgresTriggers } from "./postgres-triggers.ts";
import { functionName, type TriggerPlace, tableName } from "./trigger-names.ts";

/** How one table is watched. `foreign`: it is no table whose rows triggers see, such as a view. */
export interface TableWatch {
  readonly table: string;
  readonly state: "watched" | "missing" | "disabled" | "outdated" | "foreign";
}

/** Statements in order that put in place what watches these tables, and take away what watches others. */
export function triggerStatements(place: TriggerPlace, watched: readonly CapturedTable[]): readonly FootprintStatement[] {
  return [
    { about: "Takes away what watched tables that are bound no more.", text: dropPostgresTriggers(watched.map(({ table }) => table)) },
    ...watched.flatMap((table) => postgresTriggers(place, table)),
  ];
}

/** Looks at what is there. A role that may not look at the catalogue of routines finds nothing. */
export async function watchedTables(
  place: TriggerPlace,
  watched: readonly CapturedTable[],
  database: Pick<ErpDatabase, "query">,
): Promise<readonly TableWatch[]> {
  if (watched.length === 0) return [];
  const tables = watched.map(({ table }) => tableName(place, table));
  const rows = await database.query({ text: postgresState, values: [tables], unprepared: true });
  return watched.map(({ table, digest }, index) => {
    const [kind, row, truncate, made] = rows.find(([at]) => Number(at) === index + 1)?.slice(1) ?? [];
    const state = (): TableWatch["state"] => {
      if (kind !== "r" && kind !== "p") return "foreign";
      if (row === null || truncate === null) return "missing";
      if (row === "D" || truncate === "D" || row === "R" || truncate === "R") return "disabled";
      return String(made).includes(`Made of ${digest}.`) ? "watched" : "outdated";
    };
    return { table, state: state() };
  });
}

/** `tgenabled`: `O` and `A` fire for ordinary sessions, `D` and `R` do not. */
const postgresState = `
SELECT named.at, c.relkind, r.tgenabled, t.tgenabled, p.prosrc
FROM unnest($1::text[]) WITH ORDINALITY AS named(relation, at)
LEFT JOIN pg_catalog.pg_class c ON c.oid = to_regclass(named.relation)
LEFT JOIN pg_catalog.pg_trigger r ON r.tgrelid = c.oid AND r.tgname = 'sluice_change'
LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'sluice_truncate'
LEFT JOIN pg_catalog.pg_proc p ON p.oid = r.tgfoid`;

/** What was done, or what the database said to an account that may not. */
export type TriggersInstalled = { readonly kind: "installed"; readonly tables: readonly string[] } | Denied;

/** Puts in place what is missing or outdated; does nothing where all is well. Several at once wait for one another. */
export async function installTriggers(place: TriggerPlace, watched: readonly CapturedTable[], database: ErpDatabase): Promise<TriggersInstalled> {
  const before = await watchedTables(place, watched, database);
  const due = before.filter(({ state }) => state !== "watched" && state !== "foreign").map(({ table }) => table);
  const needless = await areOthersWatched(watched, database);
  if (due.length === 0 && !needless) return { kind: "installed", tables: [] };
  const denied = await define(
    place,
    database,
    triggerStatements(place, watched).map(({ text }) => text),
  );
  return denied ?? { kind: "installed", tables: due };
}

async function areOthersWatched(watched: readonly CapturedTable[], database: Pick<ErpDatabase, "query">): Promise<boolean> {
  const statement: Statement = {
    text: `SELECT pg_catalog.format('sluice.%I', proname) FROM pg_catalog.pg_proc
WHERE pronamespace = to_regnamespace('sluice') AND starts_with(proname::text, 'note ')`,
    values: [],
    unprepared: true,
  };
  const own = new Set(watched.map(({ table }) => functionName(table)));
  return (await database.query(statement)).some(([name]) => !own.has(String(name)));
}
