/** What the gateway keeps beside the ERP's own tables, in the words of each database. */

import type { DialectName, SourceDeclaration } from "../binding/source.ts";
import { dialects } from "../dialects/dialects.ts";
import { write } from "../dialects/write.ts";
import { mariadbFootprint } from "./footprint/mariadb-ddl.ts";
import { postgresFootprint } from "./footprint/postgres-ddl.ts";
import { type FootprintName, type FootprintTable, footprintName } from "./footprint-name.ts";

export interface FootprintStatement {
  /** What it is for, in a line. */
  readonly about: string;
  /** Does nothing where what it makes is there. */
  readonly text: string;
}

/** The statements of each version, oldest first: a later version adds to the one before, and never takes away. */
export type FootprintVersions = readonly (readonly FootprintStatement[])[];

export type Place = Pick<SourceDeclaration, "name" | "dialect" | "schema" | "footprint">;

/** Writes the name of one of the tables. */
export type NameOf = (table: FootprintName) => string;

const footprintTables = ["footprint", "receipt", "operation", "conflict", "written", "change"] as const satisfies readonly FootprintTable[];

/** Those that a source of this level has. */
export function tablesAt({ footprint }: Pick<Place, "footprint">): readonly FootprintTable[] {
  return footprint === "full" ? footprintTables : footprintTables.filter((table) => table !== "change");
}

const written: Readonly<Record<DialectName, (nameOf: NameOf) => FootprintVersions>> = { postgres: postgresFootprint, mariadb: mariadbFootprint };

function footprintVersions(place: Place): FootprintVersions {
  return written[place.dialect](namesIn(place));
}

/** The version that commands write to. */
export const receiptsVersion = 1;

/** The newest version there is. */
export const newestVersion = postgresFootprint(String).length;

/** The version that a source of this level needs: what it does not need is no reason to have its database changed. */
export function footprintVersion({ footprint }: Pick<Place, "footprint">): number {
  return footprint === "full" ? newestVersion : receiptsVersion;
}

/** Statements in order that install it where nothing is, or bring it from a version to the newest. */
export function footprintChanges(place: Place, from = 0): readonly FootprintStatement[] {
  return [...footprintVersions(place).slice(from, footprintVersion(place)).flat(), noteVersion(place)];
}

/** The same as SQL alone. */
export function footprintStatements(place: Place): readonly string[] {
  return footprintChanges(place).map(({ text }) => text);
}

export function namesIn(place: Place): NameOf {
  const dialect = dialects[place.dialect];
  return (table) => write(footprintName(place, table), dialect).text;
}

/** Notes which version is there; a newer one stays noted. */
function noteVersion(place: Place): FootprintStatement {
  const table = namesIn(place)("footprint");
  const insert = `INSERT INTO ${table} (id, version) VALUES (1, ${footprintVersion(place)})`;
  const about = "Which version of the tables this is.";
  return place.dialect === "postgres"
    ? { about, text: `${insert} ON CONFLICT (id) DO UPDATE SET version = GREATEST(EXCLUDED.version, footprint.version)` }
    : { about, text: `${insert} ON DUPLICATE KEY UPDATE version = GREATEST(VALUES(version), version)` };
}

/** Takes all of it away. The schema goes only when nothing else is in it: the gateway's own tables, in a database that is both. */
export function dropFootprint(place: Place): readonly string[] {
  const nameOf = namesIn(place);
  const tables = [...footprintTables].reverse().map((table) => `DROP TABLE IF EXISTS ${nameOf(table)}`);
  return place.dialect === "postgres" ? [...tables, "DROP SCHEMA IF EXISTS sluice RESTRICT"] : tables;
}
