/** The conversion of one column, from its type, its name, and the values seen. */

import type { ColumnFacts } from "../dialects/schema-reader.ts";
import type { Code, Conversion, Literal } from "./draft.ts";
import { guessCodes, guessFlag, isOdd } from "./guess/codes.ts";
import { type DateGuess, holdsDaysOnly, nativeNothing } from "./guess/dates.ts";
import { nameHints } from "./guess/names.ts";
import { guessNumber, isCurrency } from "./guess/numbers.ts";
import type { Reference, Seen, Surroundings } from "./seen.ts";
import { countWhere, ofRows, type Values } from "./values.ts";

export interface Verdict {
  readonly conversion: Conversion;
  readonly guess: string | undefined;
  readonly remark?: string;
  /** All values there are, for row types. */
  readonly closed?: readonly Literal[];
}

export interface Known {
  readonly values: Values;
  readonly date: DateGuess | undefined;
  readonly time: { readonly column: string; readonly evidence: string } | undefined;
  readonly currency: string | undefined;
  readonly around: Surroundings;
}

export function judge(seen: Seen, column: ColumnFacts, known: Known): Verdict | undefined {
  const { values } = known;
  if (column.labels !== undefined) return judgeEnum(seen, column, values, column.labels);
  switch (column.type) {
    case "boolean":
      return { conversion: { kind: "flag" }, guess: undefined };
    case "date":
      return { conversion: { kind: "date", stored: { kind: "native" }, nullWhen: nativeNothing(column, values) }, guess: undefined };
    case "timestamp":
      return judgeTimestamp(column, values);
    case "binary":
      return judgeBinary(values);
    case "other":
      return { conversion: { kind: "text", nullWhen: [] }, guess: undefined };
    default:
      return judgePlain(seen, column, known);
  }
}

/** The type itself says which codes there are; what they mean it does not say. */
function judgeEnum(seen: Seen, column: ColumnFacts, values: Values, labels: readonly string[]): Verdict {
  const words = seen.words.get(column.name);
  return {
    conversion: { kind: "code", codes: labels.map((code) => ({ code, rows: values.counts.get(code) ?? 0, word: words?.get(code) })) },
    guess: undefined,
    closed: labels,
  };
}

function judgeTimestamp(column: ColumnFacts, values: Values): Verdict {
  const nullWhen = nativeNothing(column, values);
  if (holdsDaysOnly(values))
    return {
      conversion: { kind: "date", stored: { kind: "native" }, nullWhen },
      guess: `days only: no time of day in ${ofRows(values.rows - values.nulls, values)}`,
    };
  const zoned = /with time zone/.test(column.declared);
  return { conversion: { kind: "dateTime", form: "native", nullWhen, ...(zoned && { zone: "UTC" as const }) }, guess: undefined };
}

/** Texts that a program wrote as bytes. */
function judgeBinary({ bytes }: Values): Verdict | undefined {
  const filled = bytes.filter((value) => value.length > 0);
  if (filled.length === 0) return undefined;
  const reads = (encoding: "utf-8" | "latin1") => {
    const decoder = new TextDecoder(encoding, { fatal: true });
    return filled.filter((value) => {
      try {
        // The last character may have been cut in the look; printable all the same.
        return [...decoder.decode(value.length >= 200 ? value.subarray(0, 196) : value)].every((character) => character >= " " || /\s/.test(character));
      } catch {
        return false;
      }
    }).length;
  };
  const utf8 = reads("utf-8");
  const encoding = utf8 === filled.length ? "utf-8" : "latin1";
  const fitting = encoding === "utf-8" ? utf8 : reads("latin1");
  if (fitting < 0.95 * filled.length) return undefined;
  return { conversion: { kind: "text", nullWhen: [""], encoding }, guess: `bytes that read as ${encoding} text in ${fitting} of ${filled.length} values` };
}

function judgePlain(seen: Seen, column: ColumnFacts, known: Known): Verdict {
  const { values, date, time, currency, around } = known;
  const reference = seen.references.get(column.name);
  if (reference !== undefined) return judgeReference(column, values, reference, around);
  if (date !== undefined) {
    if (time !== undefined && date.stored.kind === "date" && date.stored.form !== "native") {
      const conversion: Conversion = { kind: "dateTime", time: time.column, form: date.stored.form, nullWhen: date.nullWhen };
      return { conversion, guess: `${date.evidence}; ${time.evidence}` };
    }
    return { conversion: { kind: "date", stored: date.stored, nullWhen: date.nullWhen }, guess: date.evidence };
  }
  const flag = guessFlag(column, values);
  if (flag !== undefined) {
    const closed =
      column.type === "text" ? [...values.counts].filter(([, rows]) => !isOdd(rows, values) || values.counts.size <= 3).map(([value]) => value) : undefined;
    return { conversion: { kind: "flag", ...(flag.values && { values: flag.values }) }, guess: flag.evidence, ...(closed && { closed: closed.sort() }) };
  }
  if (column.type === "text" && isCurrency(column, values)) return { conversion: { kind: "text", nullWhen: blanks(values) }, guess: undefined };
  const isKey = around.keyParts.has(column.name) && (column.length ?? 0) >= 5;
  const codes = isCountry(column, values) || isKey ? undefined : guessCodes(column, values);
  if (codes !== undefined) return judgeCodes(seen, column, values, codes);
  if (column.type === "text") {
    const pad = values.filledTo === undefined ? {} : { pad: values.filledTo };
    const html = countWhere(values, (value) => /&(?:amp|lt|gt|quot|#0?39);/.test(value));
    const remark = html > 0 ? `written for HTML in ${ofRows(html, values)} (&amp; and the like): \`custom\` can undo that` : undefined;
    const guess = values.filledTo === undefined ? undefined : `filled up with spaces to ${values.filledTo} characters, though it is ${column.declared}`;
    return { conversion: { kind: "text", nullWhen: blanks(values), ...pad }, guess, ...(remark !== undefined && { remark }) };
  }
  const number = guessNumber(column, values, currency !== undefined);
  const { kind, evidence, ...shape } = number;
  if (kind === "integer") {
    const remark = nameHints.bits(column.name) ? "bits, perhaps: see `bits`" : undefined;
    return { conversion: { kind: "integer" }, guess: evidence, ...(remark !== undefined && { remark }) };
  }
  if (kind === "money" && currency !== undefined) return { conversion: { kind: "money", currency, ...shape }, guess: evidence };
  const remark = kind === "money" && !around.child ? 'no currency stands beside it: money(..., { currency: "..." }) if there is one for all' : undefined;
  return { conversion: { kind: "decimal", ...shape }, guess: evidence, ...(remark !== undefined && { remark }) };
}

function blanks({ counts }: Values): readonly Literal[] {
  return counts.has("") ? [""] : [];
}

function judgeReference(column: ColumnFacts, values: Values, reference: Reference, { resources }: Surroundings): Verdict {
  const nothing: readonly Literal[] = column.type === "text" ? blanks(values) : values.counts.has("0") ? [0] : [];
  const resource = resources.get(reference.table);
  const said = `names a row of ${reference.table}: ${reference.evidence}`;
  if (resource !== undefined) return { conversion: { kind: "ref", resource, nullWhen: nothing }, guess: reference.declared ? undefined : said };
  return { conversion: column.type === "text" ? { kind: "text", nullWhen: nothing } : { kind: "integer" }, guess: undefined, remark: said };
}

function judgeCodes(seen: Seen, column: ColumnFacts, values: Values, found: ReadonlyMap<string, number>): Verdict {
  const words = seen.words.get(column.name);
  const kept = [...found].filter(([, rows]) => !isOdd(rows, values));
  const odd = [...found].filter(([, rows]) => isOdd(rows, values)).map(([code]) => code);
  const byCode = [...found].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1));
  const codes: readonly Code[] = byCode.map(([code, rows]) => ({ code, rows, word: words?.get(code) }));
  const remark = odd.length > 0 ? `${odd.map((code) => JSON.stringify(code)).join(", ")}: in hardly any row; take out what is a mistake` : undefined;
  return {
    conversion: { kind: "code", codes },
    guess: `${found.size} code${found.size === 1 ? "" : "s"} in ${ofRows(
      countWhere(values, (value) => found.has(value)),
      values,
    )}`,
    ...(remark !== undefined && { remark }),
    ...(column.type === "text" && { closed: kept.map(([code]) => code).sort() }),
  };
}

/** ISO 3166 country codes are words that everybody knows. */
function isCountry({ name, type, length }: ColumnFacts, { counts }: Values): boolean {
  return (
    type === "text" &&
    (length ?? 0) >= 2 &&
    (length ?? 9) <= 3 &&
    /(?:cry|country|land|ctry)/i.test(name) &&
    [...counts.keys()].every((value) => /^[A-Z]{0,3}$/.test(value))
  );
}
