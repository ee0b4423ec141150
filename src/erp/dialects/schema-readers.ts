/** The readers of catalogues, by dialect. */

import type { DialectName } from "../binding/source.ts";
import { mariadbSchema } from "./mariadb/mariadb-schema.ts";
import { postgresSchema } from "./postgres/postgres-schema.ts";
import type { SchemaReader } from "./schema-reader.ts";

export const schemaReaders: Readonly<Record<DialectName, SchemaReader>> = { postgres: postgresSchema, mariadb: mariadbSchema };
