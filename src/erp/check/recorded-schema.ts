/** The description of a source's bound columns that a project keeps in its repository, and what has changed since. */

import { z } from "zod";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";

const column = z.strictObject({
  type: z.string(),
  length: z.number().optional(),
  precision: z.number().optional(),
  scale: z.number().optional(),
  charset: z.string().optional(),
  nullable: z.boolean(),
});
const schema = z.strictObject({ source: z.string(), tables: z.record(z.string(), z.record(z.string(), column)) });

export type RecordedColumn = z.output<typeof column>;
export type RecordedSchema = z.output<typeof schema>;

/** Throws an Error with a sentence when the file holds something else. */
export function parseRecordedSchema(text: string, file: string): RecordedSchema {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not what \`sluice check --record\` writes. Write it anew, or take it away.`, { cause: error });
  }
}

/** One line per column, in the order of names: a change of the ERP is a line of a diff. */
export function writeRecordedSchema({ source, tables }: RecordedSchema): string {
  const lines = Object.entries(tables).map(([table, columns]) => {
    const inner = Object.entries(columns).map(([name, about]) => `      ${JSON.stringify(name)}: ${oneLine(about)}`);
    return `    ${JSON.stringify(table)}: {\n${inner.join(",\n")}\n    }`;
  });
  return `{\n  "source": ${JSON.stringify(source)},\n  "tables": {\n${lines.join(",\n")}\n  }\n}\n`;
}

function oneLine(about: RecordedColumn): string {
  return `{ ${Object.entries(about)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(", ")} }`;
}

/** Of the columns in `bound` (by physical table), what the catalogue says; those that are missing are left out. */
export function recordSchema(source: string, catalog: Catalog, bound: ReadonlyMap<string, ReadonlySet<string>>): RecordedSchema {
  const tables: Record<string, Record<string, RecordedColumn>> = {};
  for (const table of [...bound.keys()].sort()) {
    const columns: Record<string, RecordedColumn> = {};
    for (const name of [...(bound.get(table) ?? [])].sort()) {
      const info = catalog.get(table)?.get(name);
      if (info !== undefined) columns[name] = recordColumn(info);
    }
    if (Object.keys(columns).length > 0) tables[table] = columns;
  }
  return { source, tables };
}

export function recordColumn({ sqlType, length, precision, scale, charset, nullable }: ColumnInfo): RecordedColumn {
  return {
    type: typeName(sqlType),
    ...(length !== undefined && { length }),
    ...(precision !== undefined && { precision }),
    ...(scale !== undefined && { scale }),
    ...(charset !== undefined && { charset: charset === "utf8" ? "utf8mb3" : charset }),
    nullable,
  };
}

/** Without what stands in brackets: sizes are noted apart, and display widths mean nothing. */
function typeName(sqlType: string): string {
  return sqlType === "bpchar"
    ? "char"
    : sqlType
        .replaceAll(/\([^)]*\)/g, "")
        .replaceAll(/ {2,}/g, " ")
        .trim();
}

/** In words, as an operator reads a column: `numeric(12,2)`. */
export function inWords({ type, length, precision, scale, charset }: RecordedColumn): string {
  const size = precision === undefined ? length : `${precision},${scale ?? 0}`;
  return `${type}${size === undefined || /text|blob/.test(type) ? "" : `(${size})`}${charset === undefined ? "" : ` ${charset}`}`;
}

/** `narrowed`: what the column held before may not fit any more. Undefined: nothing changed that matters. */
export function changeOf(before: RecordedColumn, now: RecordedColumn): "retyped" | "narrowed" | undefined {
  const [ranged, rangedNow] = [integerRange(before.type), integerRange(now.type)];
  if (ranged && rangedNow) return rangedNow.min > ranged.min || rangedNow.max < ranged.max ? "narrowed" : undefined;
  const [floating, floatingNow] = [floats.indexOf(before.type), floats.indexOf(now.type)];
  if (floating >= 0 && floatingNow >= 0 && floating % 2 > floatingNow % 2) return "narrowed";
  const alike = before.type === now.type || (isVarying(before.type) && isVarying(now.type)) || (floating >= 0 && floatingNow >= 0);
  if (!alike) return "retyped";
  return isNarrower(before, now) ? "narrowed" : undefined;
}

/** Single precision at even places, double at odd ones. */
const floats = ["real", "double precision", "float", "double"];

function isVarying(type: string): boolean {
  return /^(?:character varying|varchar|(?:tiny|medium|long)?text)$/.test(type);
}

const bitsOf: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, integer: 32n, bigint: 64n };

function integerRange(type: string): { readonly min: bigint; readonly max: bigint } | undefined {
  const bits = bitsOf[type.split(" ")[0] ?? ""];
  if (bits === undefined) return undefined;
  return type.includes("unsigned") ? { min: 0n, max: 2n ** bits - 1n } : { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n };
}

function isNarrower(before: RecordedColumn, now: RecordedColumn): boolean {
  const unlimited = Number.POSITIVE_INFINITY;
  if ((now.length ?? unlimited) < (before.length ?? unlimited)) return true;
  if (now.charset !== undefined && before.charset !== undefined && now.charset !== before.charset) {
    const holdsAll = /^(?:utf8mb4|utf16|utf16le|utf32)$/.test(now.charset) || before.charset === "ascii";
    if (!holdsAll) return true;
  }
  const whole = ({ precision, scale = 0 }: RecordedColumn): number => (precision === undefined ? unlimited : precision - scale);
  const fraction = ({ precision, scale = 0 }: RecordedColumn): number => (precision === undefined ? unlimited : scale);
  return whole(now) < whole(before) || fraction(now) < fraction(before);
}
