/** Finds what a partner made by the partner's own number of it: what a write is recognised by where the ERP keeps no receipt. */

import type { BoundResource } from "../binding/source.ts";
import type { ReadCaller, ResourceReader } from "../read/reader.ts";

export interface NaturalKey {
  readonly field: string;
  /** The number in an input; undefined where there is none. */
  of(input: Readonly<Record<string, unknown>>): string | undefined;
  /** Ids of the things in the caller's accounts that have this number, letter by letter. */
  find(caller: ReadCaller, number: string): Promise<readonly string[]>;
}

/** Of things that a database takes to have the same number, at a time. */
const pageSize = 50;

/** Undefined where the binding names none. */
export function naturalKeyOf({ binding: { naturalKey: field } }: BoundResource, reader: ResourceReader): NaturalKey | undefined {
  if (field === undefined) return undefined;
  return {
    field,
    of: (input) => textOf(input[field]),
    async find(caller, number) {
      const query = {
        filters: [{ path: field, operator: "eq" as const, values: [number] }],
        sort: [{ path: "id", descending: false }],
        limit: pageSize,
        fields: ["id", field],
      };
      const found: string[] = [];
      let after: Parameters<ResourceReader["list"]>[2] = null;
      do {
        const page = await reader.list(caller, query, after);
        // Some databases take letters of any case, and accents, for the same.
        for (const item of page.items) if (textOf(item[field]) === number) found.push(String(item["id"]));
        after = page.next;
      } while (after !== null);
      return found;
    },
  };
}

/** A blank number names nothing. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
