/** Last uses of credentials in the gateway's own tables. */
import { sql } from "kysely";
import type { LastUse, LastUses, UseRecords } from "#control-plane/credentials/use-records.ts";
import type { Store } from "./connect.ts";

/**
 * One statement for a whole batch. In one order, so that two processes that write the same rows wait for one another and do not
 * end in a deadlock. An older batch that comes late adds its count and changes nothing else.
 */
export function useRecords(store: Store): UseRecords {
  return {
    async add(uses) {
      await sql`
        insert into sluice.credential_uses as kept (credential, first_used_at, last_used_at, last_address, uses)
        select credential, clock_timestamp() - first_ago * interval '1 ms', clock_timestamp() - last_ago * interval '1 ms', address, uses
        from unnest(
          ${uses.map(({ credential }) => credential)}::text[], ${uses.map(({ firstAgoMs }) => firstAgoMs)}::float8[],
          ${uses.map(({ lastAgoMs }) => lastAgoMs)}::float8[], ${uses.map(({ address }) => address ?? null)}::text[],
          ${uses.map(({ count }) => count)}::bigint[]
        ) as used (credential, first_ago, last_ago, address, uses)
        order by credential
        on conflict (credential) do update set
          first_used_at = least(kept.first_used_at, excluded.first_used_at),
          last_address = case when excluded.last_used_at >= kept.last_used_at then excluded.last_address else kept.last_address end,
          last_used_at = greatest(kept.last_used_at, excluded.last_used_at),
          uses = kept.uses + excluded.uses`.execute(store);
    },
  };
}

export function lastUses(store: Store): LastUses {
  return {
    async of(credentials) {
      if (credentials.length === 0) return new Map();
      const rows = await store
        .selectFrom("credential_uses")
        .selectAll()
        .where("credential", "in", [...credentials])
        .execute();
      return new Map(
        rows.map((row): [string, LastUse] => [
          row.credential,
          {
            firstUsedAt: row.first_used_at.getTime(),
            lastUsedAt: row.last_used_at.getTime(),
            address: row.last_address ?? undefined,
            count: Number(row.uses),
          },
        ]),
      );
    },
  };
}
