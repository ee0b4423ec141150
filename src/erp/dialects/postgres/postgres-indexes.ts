/** The indexes of Postgres tables that serve searches and orders: B-trees over all rows. */

import type { ErpDatabase, Indexes } from "../dialect.ts";
import { indexesOf } from "../indexes.ts";
import { ownSchema } from "./own-schema.ts";

const statement = `
SELECT t.relname, x.indexrelid::TEXT, a.attname
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname = 'btree'
CROSS JOIN LATERAL unnest(x.indkey::SMALLINT[]) WITH ORDINALITY AS k(attnum, place)
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum
WHERE x.indisvalid AND x.indpred IS NULL AND k.place <= x.indnkeyatts
  AND n.nspname = COALESCE($1, ${ownSchema}) AND t.relname = ANY($2)
ORDER BY 1, 2, k.place`;

export async function postgresIndexes(database: ErpDatabase, schema: string | undefined, tables: readonly string[]): Promise<Indexes> {
  return indexesOf(await database.query({ text: statement, values: [schema ?? null, tables], unprepared: true }), (index) => index);
}
