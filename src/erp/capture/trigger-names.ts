/** How what watches a table is called in an ERP's database. */

import { createHash } from "node:crypto";
import type { SourceDeclaration } from "../binding/source.ts";
import { dialects } from "../dialects/dialects.ts";
import { write } from "../dialects/write.ts";
import { tableSql } from "../read/relation.ts";
import { namesIn } from "../write/footprint.ts";

export type TriggerPlace = Pick<SourceDeclaration, "name" | "dialect" | "schema" | "tablePrefix">;

/** The table as SQL writes it. */
export function tableName(place: TriggerPlace, table: string): string {
  return write(tableSql(place, table), dialects[place.dialect]).text;
}

/** Names of more than 63 bytes would be cut, and could then be those of another. */
function fitting(name: string): string {
  if (Buffer.byteLength(name) <= 60) return name;
  return `${name.slice(0, 24)} ${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

/** Postgres: the function, in the gateway's own schema. */
export function functionName(table: string): string {
  return `sluice.${dialects.postgres.quote(fitting(`note ${table}`))}`;
}

/** MariaDB: one trigger for each kind of change. */
export function triggerName(table: string, event: "insert" | "update" | "delete"): string {
  return fitting(`sluice ${event} ${table}`);
}

/** MariaDB: the function that shows the triggers. */
export function listingName(place: TriggerPlace): string {
  return namesIn(place)("triggers");
}
