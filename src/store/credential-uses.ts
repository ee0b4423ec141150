/** Last uses of credentials in the gateway's own tables. */
import { sql } from "kysely";
import type { KeyUses, LastUse } from "#control-plane/api-keys/key-records.ts";
import type { UseRecords } from "#control-plane/credentials/use-records.ts";
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

/** For reading: of keys and of all others that are named by an id of their own. */
export function keyUses(store: Store): KeyUses {
  return {
    async lastUses(kids) {
      if (kids.length === 0) return new Map();
      const rows = await store
        .selectFrom("credential_uses")
        .select(["credential", "last_used_at", "last_address"])
        .where("credential", "in", [...kids])
        .execute();
      return new Map(
        rows.map(({ credential, last_used_at, last_address }): [string, LastUse] => [
          credential,
          { at: last_used_at.getTime(), address: last_address ?? undefined },
        ]),
      );
    },
  };
}
