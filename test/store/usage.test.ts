/** The log of requests and the counts of usage: exact whatever is repeated or written at once, found as asked for, forgotten in time. */
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OwnRequestsQuery } from "#contract/own-account.ts";
import { forgetOld } from "#control-plane/retention/forget.ts";
import type { UsageFilter } from "#control-plane/usage/usage-records.ts";
import type { UsageRecord } from "#pipeline/usage.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { ownAccount } from "#store/own-account.ts";
import { retentionRecords } from "#store/retention.ts";
import { usageRecords, usageWriter } from "#store/usage.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { usageRecord } from "../support/usage-record.ts";

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 8, timeoutMs: 10_000, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});
beforeEach(async () => {
  await sql`TRUNCATE sluice.request_log, sluice.usage_counts`.execute(store);
});

const write = (records: readonly UsageRecord[]): Promise<void> => usageWriter(() => store).write(records);
const day = Date.UTC(2026, 10, 24, 12);
const all: UsageFilter = { from: "2026-11-01", to: "2026-11-30", partner: undefined, environment: undefined, key: undefined, operation: undefined };
const show = (filter: Partial<UsageFilter> = {}) => usageRecords(store).show({ ...all, ...filter }, 1_000);

test("a batch that is written again after its answer was lost is counted once, also where only a part of it was known", async () => {
  const first = Array.from({ length: 5 }, () => usageRecord({ at: day }));
  const more = [...first, ...Array.from({ length: 3 }, () => usageRecord({ at: day, status: 404, cost: 2 }))];
  await write(first);
  await write(more);
  await write(more);
  expect(await show()).toMatchObject([{ requests: 8, cost: 11, refused: 3, failed: 0 }]);
});

test("several processes add to the same counts at once, whatever the order of their records, and every request counts", async () => {
  const batches = Array.from({ length: 24 }, (_, at) => {
    const records = Array.from({ length: 50 }, (_one, index) =>
      usageRecord({ at: day, keyId: `key${index % 7}`, operation: `op${index % 5}`, partner: `ptr_${index % 3}` }),
    );
    return at % 2 === 0 ? records : [...records].reverse();
  });
  await Promise.all(batches.map(write));
  const lines = await show();
  expect(lines.reduce((sum, { requests }) => sum + requests, 0)).toBe(24 * 50);
});

test("usage is summed up by partner, environment, key and operation, within the days and as filtered", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          at: fc.integer({ min: Date.UTC(2026, 10, 20), max: Date.UTC(2026, 10, 27) }),
          partner: fc.constantFrom("ptr_1", "ptr_2"),
          environment: fc.constantFrom("live", "test"),
          keyId: fc.constantFrom("key1", "key2"),
          operation: fc.constantFrom("a", "b"),
          status: fc.constantFrom(200, 304, 400, 404, 503),
          cost: fc.integer({ min: 0, max: 9 }),
        }),
        { maxLength: 60 },
      ),
      fc.record({
        from: fc.constantFrom("2026-11-19", "2026-11-22", "2026-11-24"),
        partner: fc.constantFrom(undefined, "ptr_1"),
        key: fc.constantFrom(undefined, "key2"),
      }),
      async (asked, filter) => {
        await sql`TRUNCATE sluice.request_log, sluice.usage_counts`.execute(store);
        const records = asked.map(usageRecord);
        await write(records);
        const within = records.filter(
          (one) =>
            new Date(one.at).toISOString().slice(0, 10) >= filter.from &&
            (filter.partner === undefined || one.partner === filter.partner) &&
            (filter.key === undefined || one.keyId === filter.key),
        );
        const expected = new Map<string, number[]>();
        for (const { partner, environment, keyId, operation, status, cost } of within) {
          const line = [partner, environment, keyId, operation].join(" ");
          const [requests = 0, costs = 0, refused = 0, failed = 0] = expected.get(line) ?? [];
          expected.set(line, [requests + 1, costs + cost, refused + Number(status >= 400 && status < 500), failed + Number(status >= 500)]);
        }
        const found = (await show(filter)).map((line) => [
          [line.partner, line.environment, line.key, line.operation].join(" "),
          [line.requests, line.cost, line.refused, line.failed],
        ]);
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
      },
    ),
    { numRuns: 25 },
  );
});

test("who asks in a version that is not the newest is found, with the last day", async () => {
  await write([
    usageRecord({ at: day, version: "2026-02-01" }),
    usageRecord({ at: day - 3 * 86_400_000, version: "2025-06-01", keyId: "old" }),
    usageRecord({ at: day - 86_400_000, version: "2025-06-01", keyId: "old" }),
  ]);
  expect(await usageRecords(store).deprecated(all, "2026-02-01", 10)).toEqual([
    {
      ...{ partner: "ptr_1", partnerName: null, environment: "live", key: "old", version: "2025-06-01", operation: "getOrder" },
      ...{ method: "GET", route: "/v1/orders/{id}", requests: 2, lastDay: "2026-11-23" },
    },
  ]);
});

const noFilter: OwnRequestsQuery = { statuses: [], codes: [], key: undefined, route: undefined, since: undefined, limit: 7 };

async function walk(owner: { partner: string; environment: "live" | "test" }, query: OwnRequestsQuery): Promise<string[]> {
  const ids: string[] = [];
  let after: Awaited<ReturnType<ReturnType<typeof ownAccount>["requests"]>>["next"] = null;
  do {
    const page = await ownAccount(() => store).requests(owner, query, after);
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    ids.push(...page.items.map(({ requestId }) => requestId));
    after = page.next;
  } while (after !== null);
  return ids;
}

test("a partner's own log is walked newest first, each request once, exactly those that were asked for, and nobody else's", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          // Many at the same millisecond.
          at: fc.integer({ min: day, max: day + 20 }),
          partner: fc.constantFrom("ptr_1", "ptr_2"),
          environment: fc.constantFrom("live", "test"),
          keyId: fc.constantFrom("key1", "key2"),
          route: fc.constantFrom("/v1/a", "/v1/b"),
          answer: fc.constantFrom([200, undefined], [404, "not-found"], [422, "invalid-body"], [503, "source-unavailable"]),
        }),
        { maxLength: 60 },
      ),
      fc.record({
        statuses: fc.constantFrom<string[][]>([], ["404"], ["4xx"], ["4xx", "503"], ["200", "404"], ["2xx"]),
        codes: fc.constantFrom<string[][]>([], ["not-found"], ["invalid-body", "source-unavailable"]),
        key: fc.constantFrom(undefined, "key1"),
        route: fc.constantFrom(undefined, "/v1/b"),
        since: fc.constantFrom(undefined, day + 10),
        limit: fc.constantFrom(1, 7, 200),
      }),
      async (asked, query) => {
        await sql`TRUNCATE sluice.request_log, sluice.usage_counts`.execute(store);
        const records = asked.map(({ answer: [status, code], ...rest }) => usageRecord({ ...rest, status: Number(status), code: code?.toString() }));
        await write(records);
        const wanted = records
          .filter(
            (one) =>
              one.partner === "ptr_1" &&
              one.environment === "live" &&
              (query.statuses.length === 0 || query.statuses.some((status) => status === String(one.status) || status === `${String(one.status)[0]}xx`)) &&
              (query.codes.length === 0 || query.codes.includes(one.code ?? "")) &&
              (query.key === undefined || one.keyId === query.key) &&
              (query.route === undefined || one.route === query.route) &&
              (query.since === undefined || one.at >= query.since),
          )
          .sort((a, b) => b.at - a.at || (a.requestId < b.requestId ? 1 : -1));
        expect(await walk({ partner: "ptr_1", environment: "live" }, query)).toEqual(wanted.map(({ requestId }) => requestId));
      },
    ),
    { numRuns: 60 },
  );
});

test("a search for what is rare looks at a bounded part at a time, and finds it all the same", async () => {
  await sql`
    INSERT INTO sluice.request_log (partner, environment, at, request_id, key, method, route, operation, version, status, cost, ms, replayed)
    SELECT 'ptr_1', 'live', timestamptz '2026-11-24' + n * interval '1 millisecond', gen_random_uuid(), 'key1', 'GET',
      CASE WHEN n IN (3, 12000) THEN '/v1/rare' ELSE '/v1/usual' END, 'x', date '2026-01-01', 200, 1, 1, false
    FROM generate_series(1, 12000) AS n`.execute(store);
  const account = ownAccount(() => store);
  const owner = { partner: "ptr_1", environment: "live" } as const;
  const query = { ...noFilter, route: "/v1/rare" };
  const first = await account.requests(owner, query, null);
  expect(first.items).toHaveLength(1);
  expect(first.next).not.toBeNull();
  expect(await walk(owner, query)).toHaveLength(2);
  expect(await walk(owner, { ...query, route: "/v1/never" })).toEqual([]);
});

test("what is too old is deleted a bounded number at a time, by the database's clock, and nothing else", async () => {
  const dayMs = 86_400_000;
  const old = Array.from({ length: 2_500 }, () => usageRecord({ at: Date.now() - 31 * dayMs }));
  await write(old);
  await write([usageRecord({ at: Date.now() - 29 * dayMs }), usageRecord({ at: Date.now() - 399 * dayMs }), usageRecord({ at: Date.now() - 402 * dayMs })]);
  const records = retentionRecords(() => store);
  expect(await records.forget("request_log", 30, 1_000)).toBe(1_000);
  const forgotten = await forgetOld(records, { requestLogDays: 30, usageDays: 400, eventDays: 30 });
  expect(forgotten).toMatchObject({ request_log: 1_502, usage: 1 });
  const { rows } = await sql<{ logged: string; counted: string }>`
    SELECT (SELECT count(*) FROM sluice.request_log) AS logged, (SELECT sum(requests) FROM sluice.usage_counts) AS counted`.execute(store);
  expect(rows).toEqual([{ logged: "1", counted: "2502" }]);
  expect(await forgetOld(records, { requestLogDays: 30, usageDays: 400, eventDays: 30 })).toEqual({
    request_log: 0,
    usage: 0,
    endpoint_answers: 0,
    endpoint_receipts: 0,
    events: 0,
    deliveries: 0,
    event_bodies: 0,
  });
});

test("one process deletes at a time: another one leaves it to that", async () => {
  await write([usageRecord({ at: 0 })]);
  const records = retentionRecords(() => store);
  await store.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(7358412970)`.execute(transaction);
    expect(await records.forget("request_log", 1, 10)).toBeUndefined();
  });
  expect(await records.forget("request_log", 1, 10)).toBe(1);
});

test("deleting and reading one's own log go by their indexes, however many rows there are", async () => {
  await sql`
    INSERT INTO sluice.request_log (partner, environment, at, request_id, key, method, route, operation, version, status, cost, ms, replayed)
    SELECT 'ptr_' || n % 50, 'live', timestamptz '2026-11-24' + n * interval '1 millisecond', gen_random_uuid(), 'key1', 'GET', '/v1/a', 'x', date '2026-01-01',
      CASE WHEN n % 100 = 0 THEN 404 ELSE 200 END, 1, 1, false
    FROM generate_series(1, 50000) AS n`.execute(store);
  await sql`ANALYZE sluice.request_log`.execute(store);
  const plan = async (statement: string): Promise<string> => {
    const { rows } = await sql<{ "QUERY PLAN": string }>`EXPLAIN ${sql.raw(statement)}`.execute(store);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  };
  const own = "SELECT * FROM sluice.request_log WHERE partner = 'ptr_1' AND environment = 'live'";
  expect(await plan(`${own} ORDER BY at DESC, request_id DESC LIMIT 50`)).toContain("request_log_pkey");
  expect(await plan(`${own} AND status >= 400 ORDER BY at DESC, request_id DESC LIMIT 50`)).toContain("request_log_failures");
  const age = "at AT TIME ZONE 'UTC'";
  expect(await plan(`SELECT ctid FROM sluice.request_log WHERE ${age} < (now() AT TIME ZONE 'UTC') - interval '30 days' ORDER BY ${age} LIMIT 2000`)).toContain(
    "request_log_age",
  );
});
