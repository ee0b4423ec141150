/** Lists in pages: what an input says of the page it wants, and how an answer says that there are more. */
import { z } from "zod";

export const maxPageSize = 1_000;

/** From JSON, or from the text of a query parameter. */
export const pageSize = z
  .preprocess((value) => (typeof value === "string" && /^\d{1,6}$/.test(value) ? Number(value) : value), z.int().min(1).max(maxPageSize))
  .default(100)
  .meta({ description: `At most so many, up to ${maxPageSize}; 100 without it.` });

export const afterGiven = z.string().min(1).max(200).optional().meta({ description: "`next` of the page before." });

/** `next` is the `after` of the next page; null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Of rows that were asked for with one more than the page holds. */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  next: (row: Row) => string,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), next: rows.length > limit && last !== undefined ? next(last) : null };
}
