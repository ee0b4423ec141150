/** Whether a column of numbers holds amounts of money or quantities, and where their decimal point is. */

import type { ColumnFacts } from "../../dialects/schema-reader.ts";
import { ofRows, type Values } from "../values.ts";
import { nameHints } from "./names.ts";

export interface NumberGuess {
  readonly kind: "money" | "decimal" | "integer";
  /** Implied decimals of an integer column; negative for a fraction that means a percentage. */
  readonly scale?: number;
  /** Decimals to write. */
  readonly places?: number;
  /** What the guess rests on; undefined where the column's type says it. */
  readonly evidence: string | undefined;
}

/** ISO 4217 codes by value, or by name where nothing else is known. */
export function isCurrency({ name, type, length }: Pick<ColumnFacts, "name" | "type" | "length">, { counts }: Values): boolean {
  if (type !== "text" || (length ?? 3) < 3 || (length ?? 3) > 5) return false;
  const codes = [...counts.keys()].filter((value) => value !== "");
  if (codes.length === 0) return nameHints.currency(name);
  const currencies = new Set<string>(Intl.supportedValuesOf("currency"));
  const known = codes.filter((code) => currencies.has(code)).length;
  return known === codes.length ? nameHints.currency(name) || codes.length >= 2 : nameHints.currency(name) && known >= 0.9 * codes.length;
}

/** What a column of numbers holds. `currency`: whether amounts of this table have a currency beside them. */
export function guessNumber(column: Pick<ColumnFacts, "name" | "type" | "scale" | "comment">, values: Values, currency: boolean): NumberGuess {
  const { name, type } = column;
  if (type === "float") return guessFloat(name, values);
  if (type === "decimal") return guessDecimal(name, column.scale);
  const said = scaleInComment(column.comment);
  if (said !== undefined) return { kind: nameHints.quantity(name) ? "decimal" : "money", scale: said, evidence: `its comment says so` };
  if (nameHints.percent(name)) return { kind: "integer", evidence: undefined };
  const multiple = commonFactor(values, nameHints.quantity(name) ? 1 : 3);
  if (nameHints.quantity(name) || nameHints.weight(name)) {
    if (multiple === undefined)
      return nameHints.weight(name)
        ? { kind: "integer", evidence: "a weight; the unit is not known, perhaps grams (then scale: 3 gives kilograms)" }
        : { kind: "integer", evidence: undefined };
    return {
      kind: "decimal",
      scale: multiple.digits,
      evidence: `implied decimals: ${ofRows(multiple.rows, values)} are multiples of ${10 ** multiple.digits}`,
    };
  }
  if (nameHints.amount(name) && !isSmall(values)) {
    const beside = currency ? " with a currency beside it" : "";
    return { kind: "money", scale: 2, evidence: `an amount by its name${beside}, in whole numbers: cents? Compare with a document` };
  }
  return { kind: "integer", evidence: undefined };
}

/** Amounts of money in cents are seldom all below ten. */
function isSmall({ counts }: Values): boolean {
  const numbers = [...counts.keys()].map(Number);
  return numbers.length > 0 && numbers.every((value) => Math.abs(value) < 10) && numbers.some((value) => value !== 0);
}

function guessDecimal(name: string, scale: number | undefined): NumberGuess {
  if (scale === 0) return { kind: "integer", evidence: undefined };
  const places = scale === undefined ? {} : { places: scale };
  return nameHints.amount(name) ? { kind: "money", ...places, evidence: "an amount by its name" } : { kind: "decimal", ...places, evidence: undefined };
}

function guessFloat(name: string, values: Values): NumberGuess {
  if (nameHints.percent(name)) {
    const filled = [...values.counts.keys()].map(Number).filter((value) => value !== 0);
    const fractions = filled.length === 0 || filled.every((value) => value > 0 && value <= 1);
    return fractions
      ? {
          kind: "decimal",
          scale: -2,
          places: 2,
          evidence:
            filled.length === 0
              ? "a percentage by its name, kept as a fraction? All values are 0"
              : "a percentage by its name, kept as a fraction: all values are at most 1",
        }
      : { kind: "decimal", places: 2, evidence: "a percentage by its name" };
  }
  if (/(?:unit_?pr|price)/i.test(name))
    return { kind: "money", places: 4, evidence: "a price by its name, in floating point: rounded to 4 decimals, as prices may be finer than cents" };
  if (nameHints.amount(name) && !nameHints.rate(name))
    return { kind: "money", places: 2, evidence: "an amount by its name, in floating point: rounded to cents" };
  return { kind: "decimal", places: Math.max(4, placesSeen(values)), evidence: "floating point: rounded to the decimals seen, at least 4" };
}

/** Decimals that floats show once what arithmetic left behind is rounded away. */
function placesSeen({ counts }: Values): number {
  let most = 0;
  for (const value of counts.keys()) {
    const number = Number(value);
    if (!Number.isFinite(number)) continue;
    const text = String(Number(number.toPrecision(12)));
    if (!text.includes("e")) most = Math.max(most, text.split(".")[1]?.length ?? 0);
  }
  return Math.min(most, 6);
}

/** The power of ten that divides nearly all values other than 0: 1000 of quantities kept times 1000. */
export function commonFactor(values: Values, leastDistinct = 3): { readonly digits: number; readonly rows: number } | undefined {
  const filled = [...values.counts].filter(([value]) => Number(value) !== 0);
  const rows = filled.reduce((sum, [, count]) => sum + count, 0);
  if (filled.length < leastDistinct) return undefined;
  for (const digits of [3, 2]) {
    const fitting = filled.filter(([value]) => Number(value) % 10 ** digits === 0).reduce((sum, [, count]) => sum + count, 0);
    if (fitting >= 0.8 * rows) return { digits, rows: fitting };
  }
  return undefined;
}

/** `cents`, `in 1/1000`, `times 1000`. */
function scaleInComment(comment: string): number | undefined {
  if (/\bcents?\b|\bpence\b|\bminor units?\b/i.test(comment)) return 2;
  const power = /(?:times|x|1\/)\s*(10{1,4})\b/i.exec(comment)?.[1];
  return power === undefined ? undefined : power.length - 1;
}
