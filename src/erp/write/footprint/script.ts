/** The footprint as a script for a DBA to read and run: with what it is for, and what the gateway's account may do with it. */

import { granteeSql } from "../../check/grantee.ts";
import { dialects } from "../../dialects/dialects.ts";
import { type FootprintStatement, footprintVersion, namesIn, type Place, tablesAt } from "../footprint.ts";
import type { FootprintTable } from "../footprint-name.ts";

export interface ScriptOptions {
  /** The gateway's own role or user; a placeholder without it. */
  readonly role: string | undefined;
  /** MariaDB: where the tables are, when the source does not say so itself. */
  readonly database: string | undefined;
}

/** `statements`: all that is to be made, in order. */
export function installScript(place: Place, statements: readonly FootprintStatement[], options: ScriptOptions): readonly string[] {
  const made = statements.flatMap(({ about, text }) => ["", `-- ${about}`, ...whole(place, text)]);
  const head = [`-- What the gateway leaves in the database of "${place.name}", version ${footprintVersion(place)}. Running it again does no harm.`];
  const grants = ["", "-- What the gateway's own account may do with it.", ...footprintGrants(place, options)];
  if (place.dialect === "mariadb") return [...head, ...use(place, options), ...made, ...grants];
  return [...head, "BEGIN;", ...made, ...grants, "", "COMMIT;"];
}

export function uninstallScript(place: Place, statements: readonly string[], options: ScriptOptions): readonly string[] {
  return [
    `-- Takes away what the gateway left in the database of "${place.name}". Without its receipts, a request that is repeated`,
    "-- is carried out again; conflicts that nobody has decided and operations that have not ended are lost.",
    ...(place.dialect === "mariadb" ? use(place, options) : []),
    ...statements.map((text) => `${text};`),
  ];
}

/** Statements for whoever owns the tables. The gateway changes nothing about them, and forgets what is old. */
export function footprintGrants(place: Place, { role, database }: ScriptOptions): readonly string[] {
  const grantee = granteeSql(place.dialect, role);
  const nameOf = namesIn({ ...place, ...(place.dialect === "mariadb" && { schema: place.schema ?? database ?? "<database>" }) });
  const tables = tablesAt(place).map((table) => `GRANT ${privileges[table]} ON ${nameOf(table)} TO ${grantee};`);
  if (place.dialect === "postgres") return [`GRANT USAGE ON SCHEMA sluice TO ${grantee};`, ...tables];
  const listing = place.footprint === "full" ? [`GRANT EXECUTE ON FUNCTION ${nameOf("triggers")} TO ${grantee};`] : [];
  return [...tables, ...listing].map((line) => line.replace("`<database>`", "<database>"));
}

const privileges: Readonly<Record<FootprintTable, string>> = {
  footprint: "SELECT, UPDATE",
  receipt: "SELECT, INSERT, UPDATE, DELETE",
  operation: "SELECT, INSERT, UPDATE, DELETE",
  conflict: "SELECT, INSERT, UPDATE, DELETE",
  written: "SELECT, INSERT, UPDATE, DELETE",
  // Triggers append to it with their owner's rights; of what cannot be read, the reason is noted.
  change: "SELECT, DELETE, UPDATE (fault)",
};

/** Clients for MariaDB end a statement at its first semicolon, unless they are told of another end. */
function whole({ dialect }: Place, text: string): readonly string[] {
  return dialect === "mariadb" && text.includes(";") ? ["DELIMITER //", `${text}//`, "DELIMITER ;"] : [`${text};`];
}

function use({ schema }: Place, { database }: ScriptOptions): readonly string[] {
  const name = schema ?? database;
  return [name === undefined ? "USE <database>;" : `USE ${dialects.mariadb.quote(name)};`];
}
