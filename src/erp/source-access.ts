/** One source in one environment: its catalogue, read once and kept for a while. */

import type { SourceDeclaration } from "./binding/source.ts";
import type { Catalog, Dialect, ErpDatabase } from "./dialects/dialect.ts";
import { troubleOf } from "./dialects/trouble.ts";
import { physicalName } from "./read/relation.ts";

const catalogTtlMs = 300_000;

export interface SourceAccess {
  catalog(database: ErpDatabase): Promise<Catalog>;
  /** Runs `work`, and forgets the catalogue when the source turns out to be another than it was. */
  watch<T>(work: () => Promise<T>): Promise<T>;
}

/** `shareLookups`: whether a request may wait for the catalogue that another one began to read. */
export function sourceAccess(
  source: SourceDeclaration,
  dialect: Dialect,
  tables: readonly string[],
  { now, shareLookups }: { readonly now: () => number; readonly shareLookups: boolean },
): SourceAccess {
  let known: { readonly catalog: Catalog | Promise<Catalog>; readonly until: number } | undefined;
  const names = tables.map((table) => physicalName(source, table));

  return {
    async catalog(database) {
      if (known !== undefined && now() < known.until) return known.catalog;
      const reading = dialect.describe(database, source.schema, names);
      const entry = { catalog: reading, until: now() + catalogTtlMs };
      if (shareLookups) known = entry;
      try {
        const catalog = await reading;
        if (known === entry || !shareLookups) known = { ...entry, catalog };
        return catalog;
      } catch (error) {
        if (known === entry) known = undefined;
        throw error;
      }
    },
    async watch(work) {
      try {
        return await work();
      } catch (error) {
        if (troubleOf(error) === "drift") known = undefined;
        throw error;
      }
    },
  };
}
