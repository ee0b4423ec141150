/** What partners are shown of themselves, from the gateway's own tables. Every statement names partner and environment. */
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { ApiKey } from "#control-plane/api-keys/key-records.ts";
import { Problem } from "#lib/problems.ts";
import type { AccountAccess } from "#pipeline/ports.ts";
import type { Store } from "./connect.ts";
import { recordsOf } from "./records.ts";

/** Rows of the log that one page looks at, found or not: a search for what is rare must not read millions in one go. */
const looksAt = 5_000;
/** Nobody has as many; of both environments together. */
const maxKeys = 1_000;

type Items = Awaited<ReturnType<AccountAccess["requests"]>>["items"];
type Query = Parameters<AccountAccess["requests"]>[1];

/** `open`: the store, where it is opened by the first who needs it. */
export function ownAccount(open: () => Store): AccountAccess {
  return {
    keys: ({ partner, environment }, now) =>
      answered(async () => {
        const { keys, keyUses } = recordsOf(open());
        const own = (await keys.list(partner, undefined, maxKeys)).filter((key) => key.environment === environment);
        const uses = await keyUses?.lastUses(own.map(({ kid }) => kid));
        return own.map((key) => {
          const { at: lastUsedAt, address: lastUsedFrom } = uses?.get(key.kid) ?? { at: undefined, address: undefined };
          return { ...key, id: key.kid, state: stateOf(key, now), lastUsedAt, lastUsedFrom };
        });
      }),
    usage: ({ partner, environment }, now) =>
      answered(async () => {
        const today = new Date(now).toISOString().slice(0, 10);
        const { rows } = await sql<{ requests: number; cost: number; today_requests: number; today_cost: number }>`
          SELECT coalesce(sum(requests), 0)::float8 AS requests, coalesce(sum(cost), 0)::float8 AS cost,
            coalesce(sum(requests) FILTER (WHERE day = ${today}::date), 0)::float8 AS today_requests,
            coalesce(sum(cost) FILTER (WHERE day = ${today}::date), 0)::float8 AS today_cost
          FROM sluice.usage_counts
          WHERE partner = ${partner} AND environment = ${environment} AND day BETWEEN ${`${today.slice(0, 8)}01`}::date AND ${today}::date`.execute(open());
        const [row] = rows;
        return {
          today: { requests: row?.today_requests ?? 0, cost: row?.today_cost ?? 0 },
          thisMonth: { requests: row?.requests ?? 0, cost: row?.cost ?? 0 },
        };
      }),
    requests: ({ partner, environment }, query, after) =>
      answered(async () => {
        const [afterAt, afterId] = after ?? [];
        const failures = query.codes.length > 0 || (query.statuses.length > 0 && query.statuses.every((status) => status >= "4"));
        const range = and([
          sql`partner = ${partner}`,
          sql`environment = ${environment}`,
          ...(query.since === undefined ? [] : [sql<SqlBool>`at >= ${new Date(query.since)}`]),
          ...(after === null ? [] : [sql<SqlBool>`(at, request_id) < (${afterAt}::timestamptz, ${afterId}::uuid)`]),
          // Written out, since that is what the index of failures is for.
          ...(failures ? [sql<SqlBool>`status >= 400`] : []),
        ]);
        const { rows } = await sql<Row>`
          WITH looked AS MATERIALIZED (
            SELECT * FROM sluice.request_log WHERE ${range} ORDER BY at DESC, request_id DESC LIMIT ${looksAt}
          ), last AS (
            SELECT at AS last_at, request_id AS last_id, (SELECT count(*) FROM looked)::integer AS looked_at FROM looked ORDER BY at, request_id LIMIT 1
          )
          SELECT last.last_at, last.last_id, last.looked_at, found.* FROM last LEFT JOIN LATERAL (
            SELECT at, request_id, key, address, method, route, to_char(version, 'YYYY-MM-DD') AS version, status, code, cost, ms, replayed
            FROM looked WHERE ${matching(query)} ORDER BY at DESC, request_id DESC LIMIT ${query.limit + 1}
          ) AS found ON true ORDER BY found.at DESC, found.request_id DESC`.execute(open());
        const items = rows.flatMap(itemOf).slice(0, query.limit);
        const end = items.at(-1);
        if (rows.length > query.limit && end !== undefined) return { items, next: [new Date(end.at).toISOString(), end.requestId] };
        const [row] = rows;
        if (row?.looked_at === looksAt) return { items, next: [row.last_at.toISOString(), row.last_id] };
        return { items, next: null };
      }),
  };
}

interface Row {
  readonly last_at: Date;
  readonly last_id: string;
  readonly looked_at: number;
  /** Null, as all that follows, where nothing was found. */
  readonly at: Date | null;
  readonly request_id: string;
  readonly key: string;
  readonly address: string | null;
  readonly method: string;
  readonly route: string;
  readonly version: string;
  readonly status: number;
  readonly code: string | null;
  readonly cost: number;
  readonly ms: number;
  readonly replayed: boolean;
}

function itemOf({ at, request_id: requestId, address, code, last_at: _, last_id: __, looked_at: ___, ...rest }: Row): Items {
  return at === null ? [] : [{ ...rest, at: at.getTime(), requestId, address: address ?? undefined, code: code ?? undefined }];
}

function matching({ statuses, codes, key, route }: Query): RawBuilder<SqlBool> {
  const exact = statuses.filter((status) => !status.endsWith("xx")).map(Number);
  const classes = statuses.filter((status) => status.endsWith("xx")).map((status) => Number(status[0]));
  return and([
    sql`true`,
    ...(statuses.length > 0 ? [sql<SqlBool>`(status = ANY (${exact}::smallint[]) OR status / 100 = ANY (${classes}::integer[]))`] : []),
    ...(codes.length > 0 ? [sql<SqlBool>`code = ANY (${[...codes]}::text[])`] : []),
    ...(key === undefined ? [] : [sql<SqlBool>`key = ${key}`]),
    ...(route === undefined ? [] : [sql<SqlBool>`route = ${route}`]),
  ]);
}

function and(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return sql`${sql.join(conditions, sql` AND `)}`;
}

function stateOf(key: ApiKey, now: number) {
  if (key.revokedAt !== undefined) return "revoked";
  if (key.expiresAt !== undefined && now >= key.expiresAt) return "expired";
  return key.suspendedAt === undefined ? "active" : "suspended";
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new Problem("gateway-unavailable", "Your account cannot be looked up at the moment.", { headers: { "Retry-After": "2" }, cause });
  }
}
