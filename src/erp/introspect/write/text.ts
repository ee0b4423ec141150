/** Pieces of TypeScript: literals, names, comments. */

import type { Literal } from "../draft.ts";

export function literal(value: Literal | null): string {
  return JSON.stringify(value);
}

export function list(values: readonly Literal[]): string {
  return `[${values.map(literal).join(", ")}]`;
}

/** A property's name, quoted where it has to be. */
export function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

/** One line that ends no comment: names and values of an ERP stand in it. */
export function comment(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replaceAll("*/", "* /")
    .trim();
}

/** A name that code may use: neither `class` and its like, nor what drafts import. */
export function variable(name: string): string {
  return reserved.has(name) ? `${name}Resource` : name;
}

const reserved = new Set(
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in interface let new null package private protected public return static super switch this throw true try typeof var void while with yield bit bits code company constant custom date dateTime decimal flag group integer julianDate lines lookup money ref sql sum text undecided wire z zone".split(
    " ",
  ),
);
