/** Whether a column holds yes and no, a small set of codes, the mark of a deleted row, or the company. */

import type { ColumnFacts } from "../../dialects/schema-reader.ts";
import { countWhere, ofRows, percentage, type Values } from "../values.ts";
import { nameHints } from "./names.ts";

export interface FlagGuess {
  /** Stored values, where `flag` does not know them by itself. */
  readonly values?: { readonly true: readonly (string | number)[]; readonly false: readonly (string | number)[] };
  readonly evidence: string;
}

type Column = Pick<ColumnFacts, "name" | "type" | "length" | "declared">;

const positives = ["Y", "J", "T", "X", "1", "S", "O"];
const negatives = ["N", "F", "0", ""];

/** One odd value among hundreds is a mistake in the data, not a third meaning. */
const tolerated = 0.005;

/** Texts of one letter that mean yes or no, and integers that are only 0 or 1. */
export function guessFlag(column: Column, values: Values): FlagGuess | undefined {
  const { name, type } = column;
  if (type === "boolean" || values.rows === 0) return undefined;
  if (type === "integer") return integerFlag(column, values);
  if (type !== "text" || (column.length ?? 99) > 1) return undefined;
  const odd = countWhere(values, (value) => !positives.includes(value) && !negatives.includes(value));
  if (odd > Math.max(tolerated * values.rows, nameHints.flag(name) && values.counts.size > 2 ? 1 : 0)) return undefined;
  const seen = [...values.counts.keys()].filter((value) => positives.includes(value) || negatives.includes(value));
  // A single odd letter is a slip of the hand: no reason to take it for the way this column says yes.
  const yes = seen.filter((value) => positives.includes(value) && !(value !== "Y" && value !== "1" && isOdd(values.counts.get(value) ?? 0, values)));
  const no = seen.filter((value) => negatives.includes(value));
  if (yes.length > 1 || (yes.length === 0 && !nameHints.flag(name))) return undefined;
  // A letter beside nothing but itself is a code with one value; `S` and `O` mean yes only where a name says flag.
  if (no.length === 0 && !nameHints.flag(name)) return undefined;
  if (["S", "O", "T", "1"].includes(yes[0] ?? "") && !nameHints.flag(name)) return undefined;
  if (seen.length === 1 && seen[0] === "" && !nameHints.flag(name)) return undefined;
  const slips =
    odd + seen.filter((value) => positives.includes(value) && !yes.includes(value)).reduce((sum, value) => sum + (values.counts.get(value) ?? 0), 0);
  const said = [...yes, ...no].map((value) => (value === "" ? "blank" : value)).join(", ");
  const evidence = `only ${said} in ${ofRows(values.rows - values.nulls - slips, values)}${slips > 0 ? `, ${slips} odd` : ""}`;
  const known = yes.every((value) => value === "Y" || value === "1") && no.every((value) => value !== "F");
  return known ? { evidence } : { values: { true: yes.length > 0 ? yes : ["Y"], false: [...new Set([...no, ""])] }, evidence };
}

/** A number that is 0 or 1 may count something: it takes a name, a type of its own, or many rows with both. */
function integerFlag({ name, declared }: Column, values: Values): FlagGuess | undefined {
  const seen = [...values.counts.keys()];
  if (seen.length === 0 || seen.some((value) => value !== "0" && value !== "1")) return undefined;
  const named = nameHints.flag(name);
  const narrow = /^tinyint\(1\)/.test(declared) || /^(?:tinyint|smallint|bit)/.test(declared);
  // One value in a few rows proves neither that there is another nor that there is none.
  if (seen.length < 2 && !named && values.rows < 50) return undefined;
  const counts = nameHints.quantity(name) || nameHints.sequence(name) || nameHints.identifier(name) || nameHints.amount(name) || nameHints.percent(name);
  if (!named && (counts || !narrow || seen.length < 2 || values.rows < 50) && !(/^tinyint\(1\)/.test(declared) && !counts)) return undefined;
  return { evidence: `only ${seen.sort().join(" and ")} in ${ofRows(values.rows - values.nulls, values)}` };
}

/** Codes with how often each occurs, most frequent first; undefined where the column is none of codes. */
export function guessCodes(column: Column, values: Values): ReadonlyMap<string, number> | undefined {
  const { name, type } = column;
  if (type !== "text" && type !== "integer") return undefined;
  const named = type === "integer" ? nameHints.numberedCode(name) : nameHints.code(name) || nameHints.flag(name) || nameHints.language(name);
  if (type === "integer" && (!named || nameHints.sequence(name))) return undefined;
  if (type === "text" && (column.length ?? 99) > 10) return undefined;
  const { counts } = values;
  const filled = values.rows - values.nulls;
  if (counts.size === 0 || counts.size > (named ? 20 : 8)) return undefined;
  if (type === "text" && !named && (column.length ?? 99) > 2) return undefined;
  if ([...counts.keys()].every((value) => value === "")) return undefined;
  if (!named && (counts.size < 2 || filled < 10 * counts.size)) return undefined;
  // A handful of rows says nothing of what a column may hold, unless its name does.
  if (named && counts.size === 1 && filled < 50) return undefined;
  if (named && counts.size > 1 && filled < ((column.length ?? 0) > 4 ? 10 : 3) * counts.size) return undefined;
  if (type === "text" && ![...counts.keys()].every((value) => /^[\w+*/.-]{0,10}$/.test(value))) return undefined;
  return new Map([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** In hardly any row: a mistake, perhaps, or something rare. */
export function isOdd(count: number, values: Values): boolean {
  return values.rows >= 200 && count <= Math.max(1, 0.001 * values.rows);
}

export interface DeletedGuess {
  /** The marks of deleted rows seen; none: the column is blank everywhere. */
  readonly marks: readonly (string | number)[];
  readonly kind: "marks" | "blank" | "null";
  readonly evidence: string;
}

/** A column that marks rows as deleted rather than deleting them. */
export function guessDeleted({ name, type }: Column, values: Values): DeletedGuess | undefined {
  if (!nameHints.deleted(name)) return undefined;
  if (type === "date" || type === "timestamp") return { marks: [], kind: "null", evidence: `its name says deleted; ${ofRows(values.nulls, values)} are not` };
  const marks = [...values.counts].filter(([value]) => value !== "" && value !== "0" && value !== "N");
  if (marks.length > 3) return undefined;
  const count = marks.reduce((sum, [, rows]) => sum + rows, 0);
  if (values.rows > 0 && count > 0.7 * values.rows) return undefined;
  const said = marks.map(([mark, rows]) => `${mark} in ${percentage(rows, values.rows)}`).join(", ");
  const evidence = `its name says deleted; ${said === "" ? "no row looked at is" : said}`;
  if (marks.length === 0) return { marks: [...values.counts.keys()].map((value) => (type === "integer" ? Number(value) : value)), kind: "blank", evidence };
  return { marks: marks.map(([mark]) => (type === "integer" ? Number(mark) : mark)), kind: "marks", evidence };
}

/** Companies of a column that says whose row it is in a holding, most rows first. */
export function companiesIn(values: Values): readonly (readonly [company: string, rows: number])[] {
  return [...values.counts].sort((a, b) => b[1] - a[1]);
}
