/** Statements of one batch that stand on the key which a stored function of the same batch makes. */

import { type Sql, sql } from "../../binding/sql.ts";
import type { MadeKeys } from "../dialect.ts";

/** Where Postgres keeps the key until the transaction ends: a setting of the session's own. */
const setting = "sluice.made_key";

/** Known by its identity among the values of a statement. */
const stand = new Uint8Array();

export const postgresMadeKeys: MadeKeys = {
  stand,
  keeping: (call: Sql) => sql`SELECT made.key, pg_catalog.set_config(${setting}, CAST(made.key AS text), TRUE) FROM ${call} AS made(key)`,
  standingOn(statement, sqlType) {
    const at = statement.values.flatMap((value, index) => (value === stand ? [index] : []));
    if (at.length === 0) return statement;
    const text = statement.text.replace(/\$(\d+)/g, (parameter, number) => (at.includes(Number(number) - 1) ? keptAs(parameter, sqlType) : parameter));
    return { ...statement, text, values: statement.values.map((value) => (value === stand ? setting : value)) };
  },
};

/** A function that answers no key leaves an empty setting. */
function keptAs(parameter: string, sqlType: string): string {
  return `CAST(NULLIF(pg_catalog.current_setting(${parameter}), '') AS ${sqlType})`;
}
