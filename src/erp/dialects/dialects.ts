/** The dialects by name. */

import type { DialectName } from "../binding/source.ts";
import type { Dialect } from "./dialect.ts";
import { mariadbDialect } from "./mariadb/mariadb-dialect.ts";
import { postgresDialect } from "./postgres/postgres-dialect.ts";

export const dialects: Readonly<Record<DialectName, Dialect>> = { postgres: postgresDialect, mariadb: mariadbDialect };
