/** What partners last wrote, field by field: tells a change by the ERP from one by another writer here, and finds what the ERP overwrote. */

import { digest } from "#lib/hash.ts";
import type { SourceDeclaration } from "../binding/source.ts";
import { join, raw, type Sql, sql } from "../binding/sql.ts";
import type { Dialect, Rows, Statement } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { sealedFor } from "./conflict-record.ts";
import { footprintName } from "./footprint-name.ts";
import type { BodySeal } from "./receipt.ts";

export interface WrittenField {
  readonly field: string;
  /** As it stood after the write: the ERP may have shortened it, or written it in capitals. */
  readonly value: unknown;
  /** Whether the value is kept as well, for the day when the ERP overwrites it. */
  readonly kept: boolean;
}

export interface WrittenThing {
  readonly resource: string;
  readonly thing: string;
}

export interface WrittenRow extends WrittenThing {
  readonly field: string;
  readonly partner: string;
  readonly command: string;
  readonly digest: string;
  /** Digest of what the ERP made of it, as far as that is on record. */
  readonly seen: string | null;
  readonly sealed: Uint8Array;
  readonly writtenAtMs: number;
}

/** Where a round ended. */
export type WrittenPosition = Pick<WrittenRow, "resource" | "thing" | "field">;

export interface WrittenTable {
  /** Undefined where there is nothing to add. */
  upsert(of: WrittenThing & { readonly partner: string; readonly command: string; readonly now: Date }, fields: readonly WrittenField[]): Statement | undefined;
  /** The digests of a thing's fields, for `standing`. */
  find(of: WrittenThing, fields: readonly string[]): Statement;
  /** The fields that still are as a partner wrote them. */
  standing(rows: Rows, of: WrittenThing, item: Readonly<Record<string, unknown>>): ReadonlySet<string>;
  /** Fields whose values are kept, in the order of the key. */
  page(after: WrittenPosition | undefined, limit: number): Statement;
  readPage(rows: Rows): readonly WrittenRow[];
  /** The value as the partner wrote it; undefined where no known key opens it. */
  valueOf(row: WrittenRow): { readonly value: unknown } | undefined;
  digestOf(of: WrittenPosition, value: unknown): string;
  /** Changes the row, unless somebody wrote meanwhile: then none. */
  mark(row: WrittenRow, to: { readonly digest: string; readonly seen: string | null }): Statement;
  remove(of: WrittenThing): Statement;
  /** Takes the row out, unless somebody wrote meanwhile. */
  removeField(row: WrittenRow): Statement;
}

const columns = raw("resource, thing, field, partner, command, digest, seen, sealed, written_at_ms");

/** `salt`: the gateway's own; keeps values from being guessed by trying. */
export function writtenTable(source: SourceDeclaration, dialect: Dialect, seal: BodySeal, salt: string): WrittenTable {
  const table = footprintName(source, "written");
  const statement = (text: Sql, often = false): Statement => ({ ...write(text, dialect), ...(!often && { unprepared: true }) });
  const place = ({ resource, thing, field }: WrittenPosition): Uint8Array => sealedFor(JSON.stringify([resource, thing, field]));
  const digestOf: WrittenTable["digestOf"] = ({ resource, thing, field }, value) => digest(JSON.stringify([salt, resource, thing, field, value ?? null]));
  const theRow = ({ resource, thing, field, digest: known, seen, writtenAtMs }: WrittenRow): Sql =>
    sql`resource = ${resource} AND thing = ${thing} AND field = ${field} AND digest = ${known} AND COALESCE(seen, '') = ${seen ?? ""} AND written_at_ms = ${writtenAtMs}`;
  const renewed = ["partner", "command", "digest", "seen", "sealed", "written_at_ms"];
  const orRenew =
    source.dialect === "postgres"
      ? raw(`ON CONFLICT (resource, thing, field) DO UPDATE SET ${renewed.map((column) => `${column} = excluded.${column}`).join(", ")}`)
      : raw(`ON DUPLICATE KEY UPDATE ${renewed.map((column) => `${column} = VALUES(${column})`).join(", ")}`);

  return {
    upsert({ resource, thing, partner, command, now }, fields) {
      if (fields.length === 0) return undefined;
      // In the order of the key, so that two writers do not wait for each other crosswise.
      const rows = [...fields]
        .sort((a, b) => (a.field < b.field ? -1 : 1))
        .map(({ field, value, kept }) => {
          const of = { resource, thing, field };
          const sealed = kept ? seal.seal(Buffer.from(JSON.stringify(value ?? null)), place(of)) : null;
          return sql`(${resource}, ${thing}, ${field}, ${partner}, ${command}, ${digestOf(of, value)}, ${null}, ${sealed}, ${now.getTime()})`;
        });
      return statement(sql`INSERT INTO ${table} (${columns}) VALUES ${join(rows, ", ")} ${orRenew}`, true);
    },
    find({ resource, thing }, fields) {
      const names = join(
        fields.map((field) => sql`${field}`),
        ", ",
      );
      return statement(sql`SELECT field, digest FROM ${table} WHERE resource = ${resource} AND thing = ${thing} AND field IN (${names})`);
    },
    standing(rows, of, item) {
      const found = rows.map(([field, known]) => [String(field), known] as const);
      return new Set(found.filter(([field, known]) => known === digestOf({ ...of, field }, item[field])).map(([field]) => field));
    },
    page(after, limit) {
      const beyond =
        after === undefined
          ? sql``
          : sql` AND resource >= ${after.resource} AND (resource > ${after.resource} OR thing > ${after.thing} OR (thing = ${after.thing} AND field > ${after.field}))`;
      return statement(sql`SELECT ${columns} FROM ${table} WHERE sealed IS NOT NULL${beyond} ORDER BY resource, thing, field LIMIT ${limit}`);
    },
    readPage: (rows) =>
      rows.map((row) => {
        // As the columns are declared; only the gateway writes this table.
        const [resource, thing, field, partner, command, known, seen, sealed, writtenAtMs] = row as Row;
        return { resource, thing, field, partner, command, digest: known, seen, sealed, writtenAtMs: Number(writtenAtMs) };
      }),
    valueOf(row) {
      const plain = seal.open(row.sealed, place(row));
      return plain && { value: JSON.parse(Buffer.from(plain).toString()) };
    },
    digestOf,
    mark: (row, to) => statement(sql`UPDATE ${table} SET digest = ${to.digest}, seen = ${to.seen} WHERE ${theRow(row)}`),
    remove: ({ resource, thing }) => statement(sql`DELETE FROM ${table} WHERE resource = ${resource} AND thing = ${thing}`),
    removeField: (row) => statement(sql`DELETE FROM ${table} WHERE ${theRow(row)}`),
  };
}

type Row = readonly [
  resource: string,
  thing: string,
  field: string,
  partner: string,
  command: string,
  digest: string,
  seen: string | null,
  sealed: Uint8Array,
  writtenAtMs: string | number,
];
