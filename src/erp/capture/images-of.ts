/** How images become rows, in each dialect. */

import type { SourceDeclaration } from "../binding/source.ts";
import type { Catalog } from "../dialects/dialect.ts";
import type { CapturedTable } from "./captured-tables.ts";
import type { ImageRows } from "./image-rows.ts";
import { mariadbImages } from "./mariadb-images.ts";
import { postgresImages } from "./postgres-images.ts";

export function imagesOf(source: SourceDeclaration, watched: readonly CapturedTable[], catalog: Catalog): ImageRows {
  return source.dialect === "postgres" ? postgresImages(source) : mariadbImages(source, watched, catalog);
}
