/** The count of refused credentials that processes share, in the gateway's own tables. One statement a round, whoever is counted. */
import { sql } from "kysely";
import type { FailureRecords } from "#control-plane/failures/failure-records.ts";
import type { Store } from "./connect.ts";

/** Fixed windows by the database's clock, begun with the first failure. */
export function failureRecords(store: Store, windowMs: number): FailureRecords {
  return {
    async add(failures) {
      const { rows } = await sql<{ network: string; failures: string; ms_left: number }>`
        insert into sluice.failed_authentications as kept (network, failures, ends_at)
        select network, failures, clock_timestamp() + ${windowMs} * interval '1 ms'
        from unnest(${[...failures.keys()]}::text[], ${[...failures.values()]}::bigint[]) as failed (network, failures)
        order by network
        on conflict (network) do update set
          failures = case when kept.ends_at <= clock_timestamp() then excluded.failures else kept.failures + excluded.failures end,
          ends_at = case when kept.ends_at <= clock_timestamp() then excluded.ends_at else kept.ends_at end
        returning network, failures, extract(epoch from ends_at - clock_timestamp()) * 1000 as ms_left`.execute(store);
      return new Map(rows.map((row) => [row.network, { failures: Number(row.failures), msLeft: Number(row.ms_left) }]));
    },
  };
}
