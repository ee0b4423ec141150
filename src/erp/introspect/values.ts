/** What a look at some rows says about one column's values; the values themselves go no further than the guesses. */

import type { ColumnFacts } from "../dialects/schema-reader.ts";
import type { Sample } from "./looking.ts";

export interface Values {
  /** Rows looked at. */
  readonly rows: number;
  /** Whether these were all rows of the table. */
  readonly whole: boolean;
  readonly nulls: number;
  /** Texts without their trailing spaces, numbers as digits; with how often each occurs. NULL is not among them. */
  readonly counts: ReadonlyMap<string, number>;
  /** Texts that the ERP's programs filled up with spaces, to this length, though the column is not padded. */
  readonly filledTo: number | undefined;
  /** Binary values as they came, a few of them. */
  readonly bytes: readonly Uint8Array[];
}

export const noValues: Values = { rows: 0, whole: false, nulls: 0, counts: new Map(), filledTo: undefined, bytes: [] };

export function valuesOf(sample: Sample, column: ColumnFacts): Values {
  const at = sample.columns.indexOf(column.name);
  if (at < 0) return noValues;
  const counts = new Map<string, number>();
  const bytes: Uint8Array[] = [];
  const lengths = new Map<number, number>();
  let nulls = 0;
  let endsWithSpace = 0;
  for (const row of sample.rows) {
    const value = row[at];
    if (value === null || value === undefined) nulls += 1;
    else if (value instanceof Uint8Array) bytes.push(value);
    else {
      const text = String(value);
      const trimmed = text.trimEnd();
      counts.set(trimmed, (counts.get(trimmed) ?? 0) + 1);
      if (column.type === "text" && !column.padded && text !== "") {
        lengths.set(text.length, (lengths.get(text.length) ?? 0) + 1);
        if (trimmed !== text) endsWithSpace += 1;
      }
    }
  }
  return { rows: sample.rows.length, whole: sample.whole, nulls, counts, filledTo: filledTo(lengths, endsWithSpace), bytes: bytes.slice(0, 200) };
}

/** Nearly all of one length, and most of them with spaces at the end. */
function filledTo(lengths: ReadonlyMap<number, number>, endsWithSpace: number): number | undefined {
  const texts = [...lengths.values()].reduce((sum, count) => sum + count, 0);
  const [length, count] = [...lengths].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  return texts >= 3 && count >= 0.9 * texts && endsWithSpace >= 0.5 * texts ? length : undefined;
}

/** How many rows hold a value for which `test` is true. */
export function countWhere({ counts }: Values, test: (value: string) => boolean): number {
  let sum = 0;
  for (const [value, count] of counts) if (test(value)) sum += count;
  return sum;
}

/** `812 of 820 rows`. */
export function ofRows(count: number, { rows, whole }: Values): string {
  const total = rows.toLocaleString("en-US");
  return count === rows
    ? `${whole ? "all" : "each of"} ${total} rows${whole ? "" : " looked at"}`
    : `${count.toLocaleString("en-US")} of ${total} rows${whole ? "" : " looked at"}`;
}

export function percentage(count: number, total: number): string {
  const percent = total === 0 ? 0 : (100 * count) / total;
  return percent > 0 && percent < 1 ? "< 1 %" : percent > 99 && percent < 100 ? "> 99 %" : `${Math.round(percent)} %`;
}
