/** Conversions that only webERP needs. */

import { computed, custom } from "sluice";

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

/** Older forms of webERP wrote texts escaped for HTML, newer ones as they are: both stand in the same columns. */
export function htmlText<const C extends string>(column: C) {
  return custom({
    columns: [column],
    read(row) {
      const value = row[column];
      return typeof value === "string" ? fromHtml(value.trimEnd()) : undefined;
    },
    inverse: { equal: (value) => [...new Set([value, toHtml(value)])].map((stored) => [stored]) },
  });
}

/** The lines of an address, without blank ones: webERP gives none of them a meaning. */
export function address<const C extends string>(...columns: readonly C[]) {
  return computed(columns, (row) => columns.map((column) => String(row[column] ?? "").trim()).filter((line) => line !== ""));
}

/** A discount or tax kept as a fraction, 0.025, is the percentage `2.50`. */
export const percent = { scale: -2, places: 2 } as const;
