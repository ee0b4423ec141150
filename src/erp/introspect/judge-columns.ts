/** From what was seen of a table to a conversion for each of its columns. Pure: everything it knows is handed in. */

import type { ColumnFacts } from "../dialects/schema-reader.ts";
import type { Conversion, DraftField, LeftOut, Literal, WhereClause } from "./draft.ts";
import { companiesIn, guessDeleted } from "./guess/codes.ts";
import { isCurrency } from "./guess/numbers.ts";
import { nameSuspicion, valueSuspicion } from "./guess/private.ts";
import { distinctNames, fieldName, singular } from "./guess/public-names.ts";
import { judge } from "./judge-column.ts";
import { datesOf, timesOf } from "./judge-dates.ts";
import type { Judged, Seen, Surroundings } from "./seen.ts";
import { noValues, ofRows, percentage, type Values } from "./values.ts";

/** Whether a column's values may be read at all; checked again once they were. */
export function mayLookAt(column: ColumnFacts): boolean {
  return column.readable && hasConversion(column) && nameSuspicion(column) === undefined;
}

/** An ENUM and a UUID are texts to the driver. */
function hasConversion({ type, labels, declared }: ColumnFacts): boolean {
  return type !== "other" || labels !== undefined || declared === "uuid";
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
    else if (/[./=]/.test(column.name)) leave(column, "no-conversion", "a binding cannot write such a name");
    else if (!hasConversion(column)) leave(column, "no-conversion", `no conversion reads ${column.declared}`);
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
      asItIs: asItIs(column),
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

/** Text as text, numbers as numbers. Bytes are neither. */
function asItIs({ type, nullable }: ColumnFacts): DraftField["asItIs"] {
  if (type === "binary") return undefined;
  const conversion: Conversion =
    type === "integer" ? { kind: "integer" } : type === "decimal" || type === "float" ? { kind: "decimal" } : { kind: "text", nullWhen: [] };
  return { conversion, nullable };
}

function canBeNull(column: ColumnFacts, conversion: Conversion): boolean {
  if (conversion.kind === "flag") return false;
  return column.nullable || ("nullWhen" in conversion && conversion.nullWhen.length > 0);
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
