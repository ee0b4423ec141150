/** The tables of conflicts, and of what partners last wrote: made once in each ERP's database. */

import type { SourceDeclaration } from "../binding/source.ts";
import { raw, type Sql, sql } from "../binding/sql.ts";
import { footprintName } from "./footprint-name.ts";

/** Statements that do nothing where the tables are there already. */
export function conflictDdl(source: SourceDeclaration): readonly Sql[] {
  const [conflict, written] = [footprintName(source, "conflict"), footprintName(source, "written")];
  const { bytes, options, index } = source.dialect === "postgres" ? postgres : mariadb;
  const tables = [
    sql`CREATE TABLE IF NOT EXISTS ${conflict} (${raw(
      `id VARCHAR(16) PRIMARY KEY, state VARCHAR(8) NOT NULL, partner VARCHAR(64) NOT NULL, resource VARCHAR(63) NOT NULL, thing VARCHAR(200) NOT NULL,
      field VARCHAR(128) NOT NULL, command VARCHAR(63) NOT NULL, rule VARCHAR(16) NOT NULL, outcome VARCHAR(8) NOT NULL, sealed ${bytes} NOT NULL,
      created_at_ms BIGINT NOT NULL, resolved_at_ms BIGINT, resolved_by VARCHAR(200), took VARCHAR(8), note VARCHAR(1000)${index}`,
    )})${raw(options)}`,
    sql`CREATE TABLE IF NOT EXISTS ${written} (${raw(
      `resource VARCHAR(63) NOT NULL, thing VARCHAR(200) NOT NULL, field VARCHAR(128) NOT NULL, partner VARCHAR(64) NOT NULL, command VARCHAR(63) NOT NULL,
      digest VARCHAR(22) NOT NULL, seen VARCHAR(22), sealed ${bytes}, written_at_ms BIGINT NOT NULL, PRIMARY KEY (resource, thing, field)`,
    )})${raw(options)}`,
  ];
  const byState = sql`CREATE INDEX IF NOT EXISTS conflict_by_state ON ${conflict} (state, created_at_ms, id)`;
  return source.dialect === "postgres" ? [...tables, byState] : tables;
}

const postgres = { bytes: "BYTEA", options: "", index: "" };
/** Ids are compared byte by byte; MySQL makes no index that may be there already, so that the table has it from the start. */
const mariadb = {
  bytes: "MEDIUMBLOB",
  options: " ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT=DYNAMIC",
  index: ", KEY conflict_by_state (state, created_at_ms, id)",
};
