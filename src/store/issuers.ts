/** Trusted issuers in the gateway's own tables. */
import { sql } from "kysely";
import type { IssuerRegister } from "#control-plane/issuers/issuer-records.ts";
import type { Store } from "./connect.ts";

export function issuerRegister(store: Store): IssuerRegister {
  return {
    async list() {
      // Volatile, so that no pooler answers from a cache of its own, where an issuer would be trusted on.
      const rows = await store
        .selectFrom("trusted_issuers")
        .selectAll()
        .select(sql`clock_timestamp()`.as("asked_at"))
        .orderBy("created_at")
        .orderBy("id")
        .execute();
      return rows.map((row) => ({
        id: row.id,
        issuer: row.issuer,
        audience: row.audience,
        jwksUrl: row.jwks_url,
        algorithms: row.algorithms,
        tokenType: row.token_type,
        clientClaim: row.client_claim,
        createdAt: row.created_at.getTime(),
      }));
    },
    async insert(issuer) {
      const { numInsertedOrUpdatedRows } = await store
        .insertInto("trusted_issuers")
        .values({
          id: issuer.id,
          issuer: issuer.issuer,
          audience: issuer.audience,
          jwks_url: issuer.jwksUrl,
          algorithms: [...issuer.algorithms],
          token_type: issuer.tokenType,
          client_claim: issuer.clientClaim,
          created_at: new Date(issuer.createdAt),
        })
        .onConflict((conflict) => conflict.columns(["issuer", "audience"]).doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n ? "inserted" : "trusted-already";
    },
    async remove(id) {
      const found = await store.selectFrom("trusted_issuers").select("id").where("id", "=", id).forUpdate().executeTakeFirst();
      if (found === undefined) return "absent";
      const used = await store.selectFrom("oauth_clients").select("id").where("issuer", "=", id).where("revoked_at", "is", null).limit(1).executeTakeFirst();
      if (used !== undefined) return "in-use";
      // Revoked ones stay in the records; whom they were vouched for by does not.
      await store.updateTable("oauth_clients").set({ auth: "client_secret", issuer: null, subject: null }).where("issuer", "=", id).execute();
      await store.deleteFrom("trusted_issuers").where("id", "=", id).execute();
      return "removed";
    },
  };
}
