/** The log of requests and the counts of usage, in the gateway's own tables. */
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { DeprecatedLine, UsageFilter, UsageLine, UsageRecords, UsageWriter } from "#control-plane/usage/usage-records.ts";
import type { Store } from "./connect.ts";

/**
 * One statement: the log takes what it does not have yet, and just that is counted, so that a repetition after a lost answer
 * counts nothing twice. Sorted, since several processes add to the same counts: in one order none waits for another in a circle.
 */
export function usageWriter(open: () => Store): UsageWriter {
  return {
    async write(records) {
      const rows = records.map((record) => ({
        ...record,
        request_id: record.requestId,
        key: record.keyId,
        at: new Date(record.at).toISOString(),
      }));
      await sql`
        WITH logged AS (
          INSERT INTO sluice.request_log (partner, environment, at, request_id, key, address, method, route, operation, version, status, code, cost, ms, replayed)
          SELECT partner, environment, at, request_id, key, address, method, route, operation, version, status, code, cost, ms, replayed
          FROM json_to_recordset(${JSON.stringify(rows)}::json) AS noted (partner text, environment text, at timestamptz, request_id uuid, key text, address text,
            method text, route text, operation text, version date, status smallint, code text, cost integer, ms real, replayed boolean)
          ON CONFLICT DO NOTHING
          RETURNING partner, environment, at, key, operation, version, status, method, route, cost
        )
        INSERT INTO sluice.usage_counts AS counted (partner, environment, day, key, operation, version, status_class, method, route, requests, cost)
        SELECT partner, environment, (at AT TIME ZONE 'UTC')::date AS day, key, operation, version, status / 100 AS status_class,
          min(method), min(route), count(*), sum(cost)
        FROM logged
        GROUP BY partner, environment, day, key, operation, version, status_class
        ORDER BY partner, environment, day, key, operation, version, status_class
        ON CONFLICT (partner, environment, day, key, operation, version, status_class)
          DO UPDATE SET requests = counted.requests + excluded.requests, cost = counted.cost + excluded.cost`.execute(open());
    },
  };
}

export function usageRecords(store: Store): UsageRecords {
  return {
    async show(filter, limit) {
      const { rows } = await sql<UsageLine>`
        SELECT partner, (SELECT name FROM sluice.partners WHERE id = partner) AS "partnerName", environment, key, operation, min(method) AS method,
          min(route) AS route, sum(requests)::float8 AS requests, sum(cost)::float8 AS cost,
          coalesce(sum(requests) FILTER (WHERE status_class = 4), 0)::float8 AS refused,
          coalesce(sum(requests) FILTER (WHERE status_class = 5), 0)::float8 AS failed
        FROM sluice.usage_counts WHERE ${matching(filter)}
        GROUP BY partner, environment, key, operation
        ORDER BY sum(requests) DESC, partner, environment, key, operation LIMIT ${limit}`.execute(store);
      return rows;
    },
    async deprecated(filter, newest, limit) {
      const { rows } = await sql<DeprecatedLine>`
        SELECT partner, (SELECT name FROM sluice.partners WHERE id = partner) AS "partnerName", environment, key, to_char(version, 'YYYY-MM-DD') AS version, operation, min(method) AS method, min(route) AS route,
          sum(requests)::float8 AS requests, to_char(max(day), 'YYYY-MM-DD') AS "lastDay"
        FROM sluice.usage_counts WHERE ${matching(filter)} AND version <> ${newest}::date
        GROUP BY partner, environment, key, usage_counts.version, operation
        ORDER BY sum(requests) DESC, partner, environment, key, usage_counts.version, operation LIMIT ${limit}`.execute(store);
      return rows;
    },
  };
}

function matching({ from, to, ...equal }: UsageFilter): RawBuilder<SqlBool> {
  const conditions = Object.entries(equal).filter(([, value]) => value !== undefined);
  return sql<SqlBool>`${sql.join([sql`day BETWEEN ${from}::date AND ${to}::date`, ...conditions.map(([column, value]) => sql`${sql.ref(column)} = ${value}`)], sql` AND `)}`;
}
