/** Names of the gateway's own tables beside the ERP's: a schema of their own on Postgres, a prefix on MariaDB. */

import type { SourceDeclaration } from "../binding/source.ts";
import { name, type Sql } from "../binding/sql.ts";

export type FootprintTable = "receipt" | "operation" | "conflict" | "written" | "change" | "footprint";

/** What else is called like its tables: the function that shows the gateway's triggers, on MariaDB. */
export type FootprintName = FootprintTable | "triggers";

export function footprintName({ dialect, schema }: Pick<SourceDeclaration, "dialect" | "schema">, table: FootprintName): Sql {
  if (dialect === "postgres") return name("sluice", table);
  return schema === undefined ? name(`sluice_${table}`) : name(schema, `sluice_${table}`);
}
