/** Conversions that only webERP needs. */

import { custom } from "sluice";

const entities = [
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#039;", "'"],
  ["&amp;", "&"],
] as const;

function fromHtml(text: string): string {
  return entities.reduce((plain, [entity, character]) => plain.replaceAll(entity, character), text);
}

function toHtml(text: string): string {
  return entities.toReversed().reduce((html, [entity, character]) => html.replaceAll(character, entity), text);
}

/** Either spelling of a text, for filters. */
const inverse = { equal: (value: string) => [...new Set([value, toHtml(value)])].map((stored) => [stored]) };

/**
 * webERP writes texts escaped for HTML, and has not always done so: both stand in the same columns. They are read as what is
 * meant, found by either spelling, and written escaped.
 */
export function htmlText<const C extends string>(column: C) {
  return custom({
    columns: [column],
    read: (row) => plain(row[column]),
    write: (text) => unstorable(text) ?? stored([column], [toHtml(text)]),
    inverse,
  });
}

/** The same, where NULL and blank mean that there is none, and so do other texts. */
export function htmlTextOrNull<const C extends string>(column: C, ...none: readonly string[]) {
  return custom({
    columns: [column],
    read(row) {
      const text = row[column] === null ? "" : plain(row[column]);
      return text !== undefined && ["", ...none].includes(text) ? null : text;
    },
    write: (text) => (text === null ? stored([column], [""]) : (unstorable(text) ?? stored([column], [toHtml(text)]))),
    inverse,
  });
}

/** The lines of an address, without blank ones: webERP gives none of them a meaning. Written from the first on, the rest blank. */
export function address<const C extends string>(...columns: readonly C[]) {
  return custom({
    columns,
    read: (row) => columns.map((column) => plain(row[column] ?? "") ?? "").filter((line) => line !== ""),
    write: (lines) => lines.map(unstorable).find((why) => why !== undefined) ?? stored(columns, lines.map(toHtml)),
  });
}

const decoder = new TextDecoder();

/** What a column says; undefined where it holds no text. */
function plain(value: unknown): string | undefined {
  const text = value instanceof Uint8Array ? decoder.decode(value) : value;
  return typeof text === "string" ? fromHtml(text.trimEnd()) : undefined;
}

/** Why a text would not read as what it was. */
function unstorable(text: string): string | undefined {
  if (!text.isWellFormed()) return "Has a character that cannot be stored.";
  return text === "" || text.trimEnd() !== text ? "Must not be empty, and not end with a space." : undefined;
}

/** Values for all columns, in their order; blank where there is none. */
function stored<const C extends string>(columns: readonly C[], values: readonly string[]): { readonly [K in C]: string } {
  return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ""])) as { readonly [K in C]: string }; // one per column
}

/** A discount or tax kept as a fraction, 0.025, is the percentage `2.50`. */
export const percent = { scale: -2, places: 2 } as const;
