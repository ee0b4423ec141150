/** Secrets at rest in the gateway's own tables. */
import { sql } from "kysely";
import type { SecretAtRest, SecretRecords } from "#control-plane/secrets/secret-records.ts";
import type { Store } from "./connect.ts";

export function secretRecords(store: Store): SecretRecords {
  return {
    async takeWrappedUnder(names, after, limit) {
      if (names.length === 0) return [];
      let query = store
        .selectFrom("sealed_secrets")
        .selectAll()
        .where("wrapped_under", "in", [...names]);
      if (after !== undefined) query = query.where(sql<boolean>`(of_table, of_row) > (${after.table}, ${after.row})`);
      const rows = await query.orderBy("of_table").orderBy("of_row").limit(limit).forUpdate().skipLocked().execute();
      return rows.map(
        (row): SecretAtRest => ({
          place: { table: row.of_table, row: row.of_row },
          envelope: { wrappedUnder: row.wrapped_under, wrappedKey: row.wrapped_key, sealed: row.sealed },
        }),
      );
    },
    replace: async ({ place, envelope }) => {
      await store
        .updateTable("sealed_secrets")
        .set({ wrapped_under: envelope.wrappedUnder, wrapped_key: envelope.wrappedKey, sealed: envelope.sealed })
        .where("of_table", "=", place.table)
        .where("of_row", "=", place.row)
        .execute();
    },
    count: async () => {
      const counted = await store
        .selectFrom("sealed_secrets")
        .select(["wrapped_under", sql<string>`count(*)`.as("count")])
        .groupBy("wrapped_under")
        .orderBy("wrapped_under")
        .execute();
      return counted.map(({ wrapped_under, count }) => ({ wrappedUnder: wrapped_under, count: Number(count) }));
    },
  };
}
