/** The kinds of column that conversions can read: what `sluice check` holds against the columns an ERP has. */

import type { ColumnType } from "../../dialects/dialect.ts";

/** One column's acceptable kinds. */
export type ColumnKinds = readonly ColumnType[];

const numbers: ColumnKinds = ["integer", "decimal", "float"];

/** Numbers, and character columns that hold their digits. */
export const digits: ColumnKinds = [...numbers, "text"];

/** All that drivers hand over as text or number. */
export const printable: ColumnKinds = ["text", ...numbers, "date", "timestamp"];

/** Codes, flags and keys: whatever has one short spelling. */
export const codes: ColumnKinds = ["text", ...numbers, "boolean"];

/** A calendar date in the database's own type, or spelled out in a character column. */
export const nativeDates: ColumnKinds = ["date", "timestamp", "text"];

export const bitFields: ColumnKinds = ["integer", "float"];

export const anyKind: ColumnKinds = ["text", ...numbers, "boolean", "date", "timestamp", "binary", "other"];

/** Of a compound conversion's column, what its part accepts. */
export function kindsOf(conversion: { readonly columns: readonly unknown[]; readonly accepts?: readonly ColumnKinds[] }): readonly ColumnKinds[] {
  return conversion.columns.map((_, index) => conversion.accepts?.[index] ?? anyKind);
}
