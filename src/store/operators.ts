/** Operators in the gateway's own tables. */
import { type SqlBool, sql } from "kysely";
import type { Operator, OperatorRecords } from "#control-plane/operators/operator-records.ts";
import type { Store } from "./connect.ts";

export function operatorRecords(store: Store): OperatorRecords {
  return {
    insert: async (operator) => {
      const inserted = await store
        .insertInto("operators")
        .values({
          id: operator.id,
          name: operator.name,
          role: operator.role,
          mac: operator.mac,
          pepper_version: operator.pepperVersion,
          created_at: new Date(operator.createdAt),
          expires_at: operator.expiresAt === undefined ? null : new Date(operator.expiresAt),
          revoked_at: null,
          last_used_at: null,
        })
        .onConflict((conflict) => conflict.expression(sql`lower(name)`).where("revoked_at", "is", null).doNothing())
        .executeTakeFirst();
      return inserted.numInsertedOrUpdatedRows === 1n ? "inserted" : "name-taken";
    },
    find: async (idOrName) => {
      const row = await select(store)
        .where((row) => row.or([row("id", "=", idOrName), row.and([row(sql`lower(name)`, "=", sql`lower(${idOrName})`), row("revoked_at", "is", null)])]))
        .executeTakeFirst();
      return row && toOperator(row);
    },
    findSecret: async (id) => {
      const row = await select(store).select(["mac", "pepper_version"]).where("id", "=", id).executeTakeFirst();
      return row && { ...toOperator(row), mac: row.mac, pepperVersion: row.pepper_version };
    },
    list: async (after, limit) => {
      let query = select(store).orderBy("created_at", "desc").orderBy("id", "desc").limit(limit);
      if (after !== undefined) query = query.where(sql<SqlBool>`(created_at, id) < (SELECT created_at, id FROM sluice.operators WHERE id = ${after})`);
      return (await query.execute()).map(toOperator);
    },
    revoke: async (id, at) => {
      await store
        .updateTable("operators")
        .set({ revoked_at: new Date(at) })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .execute();
      const row = await select(store).where("id", "=", id).executeTakeFirst();
      return row && toOperator(row);
    },
    used: async (id, at) => {
      await store
        .updateTable("operators")
        .set({ last_used_at: new Date(at) })
        .where("id", "=", id)
        .where((row) => row.or([row("last_used_at", "is", null), row("last_used_at", "<", new Date(at - 60_000))]))
        .execute();
    },
  };
}

function select(store: Store) {
  return store.selectFrom("operators").select(["id", "name", "role", "created_at", "expires_at", "revoked_at", "last_used_at"]);
}

interface OperatorRow {
  id: string;
  name: string;
  role: Operator["role"];
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

function toOperator(row: OperatorRow): Operator {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime(),
    revokedAt: row.revoked_at?.getTime(),
    lastUsedAt: row.last_used_at?.getTime(),
  };
}
