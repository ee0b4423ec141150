/** How images become rows, in each dialect. */

import type { SourceDeclaration } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase } from "../dialects/dialect.ts";
import { type ImageRows, postgresImages } from "./image-rows.ts";

/** What is asked of the database first: nothing, on Postgres. */
export async function imagesOf(
  source: SourceDeclaration,
  _dialect: Dialect,
  _database: Pick<ErpDatabase, "query">,
  _tables: readonly string[],
): Promise<(catalog: Catalog) => ImageRows> {
  return () => postgresImages(source);
}
