/** From what was seen of a table to a conversion for each of its columns. Pure: everything it knows is handed in. */

import type { ColumnFacts, TableFacts } from "../dialects/schema-reader.ts";
import type { Code, Conversion, DraftField, LeftOut, Literal, WhereClause } from "./draft.ts";
import { companiesIn, guessCodes, guessDeleted, guessFlag, isOdd } from "./guess/codes.ts";
import { type DateGuess, guessDate, guessTime, holdsDaysOnly, nativeNothing, type StoredForm } from "./guess/dates.ts";
import { nameHints } from "./guess/names.ts";
import { guessNumber, isCurrency } from "./guess/numbers.ts";
import { nameSuspicion, valueSuspicion } from "./guess/private.ts";
import { distinctNames, fieldName, singular } from "./guess/public-names.ts";
import { countWhere, noValues, ofRows, percentage, type Values } from "./values.ts";

/** A column that was found to hold the key of another table. */
export interface Reference {
  readonly table: string;
  readonly target: string;
  readonly evidence: string;
  /** Whether a foreign key says so. */
  readonly declared: boolean;
}

export interface Seen {
  readonly table: TableFacts;
  readonly rows: number;
  readonly whole: boolean;
  readonly values: ReadonlyMap<string, Values>;
  readonly references: ReadonlyMap<string, Reference>;
  /** Public words of codes by column, from a code table of the ERP. */
  readonly words: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export interface Surroundings {
  readonly companyColumns: ReadonlySet<string>;
  /** The columns of the key, the company aside. */
  readonly key: readonly string[];
  /** Columns that say nothing new: the key that becomes the id, a child's tie to its parent. */
  readonly without: ReadonlySet<string>;
  /** Resources by table, those of the project and of this run. */
  readonly resources: ReadonlyMap<string, string>;
  /** Forms of dates elsewhere: by the name of the column, and the most common one. For columns that hold only zeros. */
  readonly dateForms: { readonly byName: ReadonlyMap<string, StoredForm>; readonly common: readonly StoredForm[] };
  /** Child rows, whose amounts have the currency of what they belong to. */
  readonly child: boolean;
  /** Columns of several tables' composite keys: their values are no codes. */
  readonly keyParts: ReadonlySet<string>;
  /** A currency of another table, joined one to one, where this table has none. */
  readonly joinedCurrency: string | undefined;
}

export interface Judged {
  readonly fields: readonly DraftField[];
  readonly where: readonly WhereClause[];
  readonly leftOut: readonly LeftOut[];
  /** Codes that row types can name: text columns of a closed set. */
  readonly codes: ReadonlyMap<string, readonly Literal[]>;
  /** Forms of the dates found, by column. */
  readonly dateForms: ReadonlyMap<string, StoredForm>;
}

/** Whether a column's values may be read at all; checked again once they were. */
export function mayLookAt(column: ColumnFacts): boolean {
  return column.readable && column.type !== "other" && nameSuspicion(column) === undefined;
}

export function judgeColumns(seen: Seen, around: Surroundings): Judged {
  const { table } = seen;
  const fields: DraftField[] = [];
  const where: WhereClause[] = [];
  const leftOut: LeftOut[] = [];
  const codes = new Map<string, readonly Literal[]>();
  const distinct = distinctNames();
  distinct("id");
  const leave = (column: ColumnFacts, why: LeftOut["why"], reason: string) => leftOut.push({ table: table.name, column: column.name, why, reason });
  const valuesIn = (column: ColumnFacts) => seen.values.get(column.name) ?? noValues;

  const open = table.columns.filter((column) => {
    const suspicion = nameSuspicion(column) ?? valueSuspicion(valuesIn(column));
    if (!column.readable) leave(column, "unreadable", "this account may not read it");
    else if (suspicion !== undefined) leave(column, suspicion.why, suspicion.reason);
    else if (column.type === "other") leave(column, "no-conversion", `no conversion reads ${column.declared}`);
    else return true;
    return false;
  });
  const dates = datesOf(seen, open, around);
  const times = timesOf(seen, open, dates);
  const takenAsTime = new Set([...times.values()].map(({ column }) => column));
  const currency = open.find((column) => isCurrency(column, valuesIn(column)))?.name ?? around.joinedCurrency;

  for (const column of open) {
    const values = valuesIn(column);
    const clause = conditionOn(column, values, around);
    if (clause !== undefined) {
      where.push(clause);
      if (column.type === "text" && values.counts.size > 0) codes.set(column.name, [...values.counts.keys()].sort());
      leave(column, "fixed", "it is the same for every row that is shown");
      continue;
    }
    if (around.without.has(column.name) || takenAsTime.has(column.name)) continue;
    const judged = judge(seen, column, { values, date: dates.get(column.name), time: times.get(column.name), currency, around });
    if (judged === undefined) {
      leave(column, "no-conversion", `bytes that are no text`);
      continue;
    }
    if (judged.closed !== undefined) codes.set(column.name, judged.closed);
    const { conversion, guess, remark } = judged;
    const target = conversion.kind === "ref" ? `${singular(conversion.resource)}_id` : undefined;
    const reference = seen.references.get(column.name);
    const name = distinct(target !== undefined && reference?.target.toLowerCase() === column.name.toLowerCase() ? target : nameOf(column, conversion));
    fields.push({
      name,
      table: table.name,
      column: column.name,
      conversion,
      nullable: canBeNull(column, conversion),
      guess,
      ...(remark !== undefined && { remark }),
    });
  }
  return { fields, where, leftOut, codes, dateForms: new Map([...dates].map(([name, { stored }]) => [name, stored])) };
}

/** The name without what the conversion says already: `placed_date` of a moment is fine, `customer_number` of a reference is its id. */
function nameOf(column: ColumnFacts, conversion: Conversion): string {
  const name = fieldName(column.name);
  return conversion.kind === "ref" ? `${name.replace(/_?(?:number|code|id)$/, "") || name}_id` : name;
}

function canBeNull(column: ColumnFacts, conversion: Conversion): boolean {
  if (conversion.kind === "flag") return false;
  return column.nullable || ("nullWhen" in conversion && conversion.nullWhen.length > 0);
}

/** Whether other columns of the table leave no doubt that this one tells rows apart. */
function identifies({ table, rows }: Seen, column: ColumnFacts, values: Values, around: Surroundings): boolean {
  if (around.key.length === 1 && around.key[0] === column.name) return true;
  if (table.indexes.some((index) => index.unique && index.columns.length === 1 && index.columns[0] === column.name)) return true;
  return !nameHints.date(column.name) && rows >= 20 && values.counts.size >= rows - values.nulls;
}

function datesOf(seen: Seen, open: readonly ColumnFacts[], around: Surroundings): ReadonlyMap<string, DateGuess> {
  const found = new Map<string, DateGuess>();
  const forms: StoredForm[] = [];
  for (const siblings of [undefined, forms]) {
    for (const column of open) {
      if (found.has(column.name) || seen.references.has(column.name)) continue;
      const values = seen.values.get(column.name) ?? noValues;
      const known = around.dateForms.byName.get(column.name);
      const elsewhere = siblings === undefined ? undefined : [...(known === undefined ? [] : [known]), ...siblings, ...around.dateForms.common];
      const guess = guessDate(column, values, identifies(seen, column, values, around), elsewhere);
      if (guess === undefined) continue;
      found.set(column.name, guess);
      if (siblings === undefined) forms.push(guess.stored);
    }
  }
  return found;
}

function timesOf(
  seen: Seen,
  open: readonly ColumnFacts[],
  dates: ReadonlyMap<string, DateGuess>,
): ReadonlyMap<string, { readonly column: string; readonly evidence: string }> {
  const found = new Map<string, { readonly column: string; readonly evidence: string }>();
  const taken = new Set<string>();
  for (const [date, { stored }] of dates) {
    if (stored.kind !== "date") continue;
    const at = seen.table.columns.findIndex(({ name }) => name === date);
    for (const column of open) {
      if (taken.has(column.name) || dates.has(column.name)) continue;
      const adjacent = seen.table.columns[at + 1]?.name === column.name;
      const evidence = guessTime(column, seen.values.get(column.name) ?? noValues, { name: date, adjacent });
      if (evidence === undefined) continue;
      found.set(date, { column: column.name, evidence });
      taken.add(column.name);
      break;
    }
  }
  return found;
}

/** A column that every row shown has the same value in: the company, and the mark of deleted rows. */
function conditionOn(column: ColumnFacts, values: Values, around: Surroundings): WhereClause | undefined {
  if (around.companyColumns.has(column.name) && (column.type === "text" || column.type === "integer")) {
    const companies = companiesIn(values);
    const literal = (value: string): Literal => (column.type === "integer" ? Number(value) : value);
    const [only, ...others] = companies;
    if (only !== undefined && others.length === 0) {
      return { column: column.name, condition: { kind: "equal", value: literal(only[0]) }, guess: `the company: the only value in ${ofRows(only[1], values)}` };
    }
    if (only !== undefined && companies.length <= 20 && values.rows >= 4 * companies.length) {
      const total = companies.reduce((sum, [, rows]) => sum + rows, 0);
      return {
        column: column.name,
        condition: { kind: "which", among: companies.map(([value, rows]) => ({ value, share: percentage(rows, total) })) },
        guess: "the company a row belongs to",
      };
    }
  }
  const deleted = guessDeleted(column, values);
  if (deleted === undefined) return undefined;
  if (deleted.kind === "null") return { column: column.name, condition: { kind: "equal", value: null }, guess: deleted.evidence };
  if (deleted.kind === "marks") return { column: column.name, condition: { kind: "not", values: deleted.marks }, guess: deleted.evidence };
  const [value = column.type === "integer" ? 0 : ""] = deleted.marks;
  return { column: column.name, condition: { kind: "equal", value }, guess: deleted.evidence };
}

interface Verdict {
  readonly conversion: Conversion;
  readonly guess: string | undefined;
  readonly remark?: string;
  /** All values there are, for row types. */
  readonly closed?: readonly Literal[];
}

interface Known {
  readonly values: Values;
  readonly date: DateGuess | undefined;
  readonly time: { readonly column: string; readonly evidence: string } | undefined;
  readonly currency: string | undefined;
  readonly around: Surroundings;
}

function judge(seen: Seen, column: ColumnFacts, known: Known): Verdict | undefined {
  const { values } = known;
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
      return undefined;
    default:
      return judgePlain(seen, column, known);
  }
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
