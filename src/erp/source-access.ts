/** One source in one environment: its catalogue, read once and kept for a while, and how it last answered. */

import { Problem } from "#lib/problems.ts";
import type { SourceDeclaration } from "./binding/source.ts";
import type { Catalog, Dialect, ErpDatabase } from "./dialects/dialect.ts";
import { SourceTrouble } from "./dialects/trouble.ts";
import { physicalName } from "./read/relation.ts";

const catalogTtlMs = 300_000;

export interface SourceAccess {
  /** Read anew when the known one is older than `maxAgeMs`. */
  catalog(database: ErpDatabase, maxAgeMs?: number): Promise<Catalog>;
  /** Runs `work`, and remembers how the source answered. */
  watch<T>(work: () => Promise<T>): Promise<T>;
  /** How the last statement went; `unknown` before the first. */
  state(): "unknown" | "available" | "unavailable";
}

export function sourceAccess(source: SourceDeclaration, dialect: Dialect, tables: readonly string[], now: () => number): SourceAccess {
  let known: { readonly catalog: Promise<Catalog>; readonly at: number } | undefined;
  let state: ReturnType<SourceAccess["state"]> = "unknown";
  const names = tables.map((table) => physicalName(source, table));

  return {
    catalog(database, maxAgeMs = catalogTtlMs) {
      if (known !== undefined && now() - known.at <= maxAgeMs) return known.catalog;
      const reading = dialect.describe(database, source.schema, names);
      const entry = { catalog: reading, at: now() };
      known = entry;
      reading.catch(() => {
        if (known === entry) known = undefined;
      });
      return reading;
    },
    async watch(work) {
      try {
        const result = await work();
        state = "available";
        return result;
      } catch (error) {
        const cause = error instanceof Problem ? error.cause : undefined;
        if (cause instanceof SourceTrouble) {
          if (cause.trouble === "drift" || cause.trouble === "stale-plan") known = undefined;
          else state = "unavailable";
        }
        throw error;
      }
    },
    state: () => state,
  };
}
