/** Where the gateway's own tables are in an ERP's database: a schema of their own, or a prefix where there are no schemas. */

import type { SourceDeclaration } from "../binding/source.ts";
import { name, type Sql } from "../binding/sql.ts";

export type GatewayTable = "conflict" | "written";

export function gatewayTable(source: SourceDeclaration, table: GatewayTable): Sql {
  if (source.dialect === "postgres") return name("sluice", table);
  return source.schema === undefined ? name(`sluice_${table}`) : name(source.schema, `sluice_${table}`);
}
