/** Counts of quotas in the gateway's own tables, for `rate-limiter-flexible`. */
import { CompiledQuery } from "kysely";
import { RateLimiterPostgres } from "rate-limiter-flexible";
import type { Store } from "./connect.ts";

/** As many points as no period has: partners have quotas of their own, which are looked at elsewhere. */
const points = 2_147_483_647;

/** `open`: the store, where it is opened by the first who needs it. */
export function quotaStore(open: () => Store): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: { query: ({ text, values }: { text: string; values: unknown[] }) => open().executeQuery(CompiledQuery.raw(text, values)) },
    storeType: "client",
    schemaName: "sluice",
    tableName: "quotas",
    tableCreated: true,
    // What has expired is removed by `expireQuotas`: here a timer would outlive a request.
    clearExpiredByTimeout: false,
    keyPrefix: "quota",
    points,
    duration: 1,
  });
}

/** Removes some of what counts no more. `nowMs` since 1970. */
export async function expireQuotas(store: Store, nowMs: number): Promise<void> {
  await store
    .deleteFrom("quotas")
    .where("key", "in", (rows) => rows.selectFrom("quotas").select("key").where("expire", "<", String(nowMs)).limit(1_000))
    .execute();
}
