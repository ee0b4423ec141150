/** Which triggers watch a Postgres database, and what they are made of. */

import type { ErpDatabase } from "../dialects/dialect.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { functionName, type TriggerPlace, tableName } from "./trigger-names.ts";
import type { TableWatch, WatchState } from "./triggers.ts";

/** `tgenabled`: `O` and `A` fire for ordinary sessions, `D` and `R` do not. */
const triggers = `
SELECT named.at, c.relkind, r.tgenabled, t.tgenabled, p.prosrc
FROM unnest($1::text[]) WITH ORDINALITY AS named(relation, at)
LEFT JOIN pg_catalog.pg_class c ON c.oid = to_regclass(named.relation)
LEFT JOIN pg_catalog.pg_trigger r ON r.tgrelid = c.oid AND r.tgname = 'sluice_change'
LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'sluice_truncate'
LEFT JOIN pg_catalog.pg_proc p ON p.oid = r.tgfoid`;

const functions = `
SELECT proname FROM pg_catalog.pg_proc WHERE pronamespace = to_regnamespace('sluice') AND starts_with(proname::text, 'note ')`;

export async function postgresState(place: TriggerPlace, watched: readonly CapturedTable[], database: Pick<ErpDatabase, "query">): Promise<WatchState> {
  const names = watched.map(({ table }) => tableName(place, table));
  const rows = await database.query({ text: triggers, values: [names], unprepared: true });
  const tables = watched.map(({ table, digest }, index): TableWatch => {
    const [kind, row, truncate, made] = rows.find(([at]) => Number(at) === index + 1)?.slice(1) ?? [];
    const state = (): TableWatch["state"] => {
      if (kind !== null && kind !== "r" && kind !== "p") return "foreign";
      if (row === null || truncate === null) return "missing";
      if ([row, truncate].some((enabled) => enabled === "D" || enabled === "R")) return "disabled";
      return String(made).includes(`Made of ${digest}.`) ? "watched" : "outdated";
    };
    return { table, state: state() };
  });
  const known = new Set(watched.map(({ table }) => functionName(table)));
  const found = (await database.query({ text: functions, values: [], unprepared: true })).map(([name]) => String(name));
  return { tables, needless: found.filter((name) => !known.has(`sluice."${name.replaceAll('"', '""')}"`)) };
}
