/** How values travel: parameters as Postgres takes them, columns as the gateway reads them. */

import pg from "pg";
import type { Statement } from "../dialect.ts";

/** Values stay as the database writes them: exact numbers, dates without a zone. Small integers and floats become numbers. */
const { builtins } = pg.types;
const parsers: ReadonlyMap<number, (value: string) => unknown> = new Map<number, (value: string) => unknown>([
  [builtins.BOOL, (value) => value === "t"],
  [builtins.INT2, Number],
  [builtins.INT4, Number],
  [builtins.FLOAT4, floating],
  [builtins.FLOAT8, floating],
  [builtins.BYTEA, (value) => Buffer.from(value.slice(2), "hex")],
]);

/** NaN and the infinities stay text: JSON, and so a cursor, has no number for them. */
function floating(value: string): number | string {
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

/** The columns of a statement's rows whose text becomes something else. */
export type Parsed = readonly { readonly at: number; readonly parse: (value: string) => unknown }[];

export function parsedColumns(types: readonly number[]): Parsed {
  return types.flatMap((type, at) => {
    const parse = parsers.get(type);
    return parse === undefined ? [] : [{ at, parse }];
  });
}

/** A value as text or bytes, an array as Postgres writes one. */
export function parameter(value: Statement["values"][number]): string | Buffer | null {
  if (typeof value === "string" || value === null) return value;
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  // Keys, nearly always: one look at them all is cheaper than one at each.
  if (value.every((one) => typeof one === "string") && !special.test(value.join(""))) return value.length === 0 ? "{}" : `{"${value.join('","')}"}`;
  return `{${value.map(element).join(",")}}`;
}

const special = /[\\"]/;
const everySpecial = /[\\"]/g;

function element(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}"`;
  return `"${String(value).replace(everySpecial, "\\$&")}"`;
}
