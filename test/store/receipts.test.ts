/** The receipts that the gateway keeps itself: who may begin, who may end, and what is forgotten when. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Attempt, ReceiptRecords, Undertaking } from "#erp/write/receipt-records.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { receiptRecords } from "#store/receipts.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let store: Store;
let records: ReceiptRecords;
beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 8, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  records = receiptRecords(() => store);
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

const undertaking = (more: Partial<Undertaking> = {}): Undertaking => ({
  keyHash: randomBytes(16),
  source: "erp",
  environment: "live",
  resource: "orders",
  command: "place",
  partner: "p1",
  accounts: ["C1"],
  fingerprint: randomBytes(32),
  naturalKey: randomBytes(6).toString("hex"),
  ...more,
});
const now = async () => (await records.find(randomBytes(16))).at;
const end = { status: 201, sealedAnswer: new Uint8Array([1, 2, 3]), scopes: ["orders:read"], made: "/v1/orders/1" };

async function begun(one: Undertaking, seen?: Attempt): Promise<Attempt> {
  const attempt = await records.start(one, seen, await now());
  if (attempt === undefined) throw new Error("it was not begun");
  return attempt;
}

test("a request that was begun is found as it was noted, and as it was ended", async () => {
  const one = undertaking({ accounts: ["C1", "C2"], naturalKey: 'PO "7" ~ é 😀' });
  const attempt = await begun(one);
  const { receipt } = await records.find(one.keyHash);
  expect(receipt).toMatchObject({ ...one, keyHash: Buffer.from(one.keyHash), state: "started", attempt, endedAt: undefined, sealedAnswer: undefined });
  expect(receipt?.ageMs).toBeGreaterThanOrEqual(0);
  expect(await records.finish(one.keyHash, attempt, end)).toBe(true);
  const ended = (await records.find(one.keyHash)).receipt;
  expect(ended).toMatchObject({ state: "done", status: 201, scopes: ["orders:read"], made: "/v1/orders/1", sealedAnswer: Buffer.from([1, 2, 3]) });
  expect(ended?.endedAt).toBeInstanceOf(Date);
});

test("of many that begin at once, with one key or with one number in a common account, one may", async () => {
  const since = await now();
  const one = undertaking();
  const sameKey = await Promise.all(Array.from({ length: 16 }, () => records.start(one, undefined, since)));
  expect(sameKey.filter((attempt) => attempt !== undefined)).toHaveLength(1);
  const { naturalKey } = undertaking();
  const partners = [
    { partner: "p1", accounts: ["C1", "C2"] },
    { partner: "p2", accounts: ["C2", "C3"] },
    { partner: "p1", accounts: ["C2"] },
  ];
  const sameNumber = await Promise.all(
    Array.from({ length: 15 }, (_, index) => records.start(undertaking({ ...partners[index % 3], naturalKey }), undefined, since)),
  );
  expect(sameNumber.filter((attempt) => attempt !== undefined)).toHaveLength(1);
});

test("the same number elsewhere is another: in other accounts, another environment, source or resource", async () => {
  const { naturalKey } = undertaking();
  const elsewhere: Partial<Undertaking>[] = [{}, { partner: "p2", accounts: ["C9"] }, { environment: "test" }, { source: "other" }, { resource: "returns" }];
  for (const more of elsewhere) await begun(undertaking({ naturalKey, ...more }));
});

test("one that ended after the ERP was looked at keeps others of its number out, one that ended before does not", async () => {
  const [first, second] = [undertaking(), undertaking()];
  const since = await now();
  await records.finish(first.keyHash, await begun(first), end);
  const late = { ...second, naturalKey: first.naturalKey };
  expect(await records.start(late, undefined, since)).toBeUndefined();
  expect(await records.rivals(late)).toEqual([]);
  await begun(late);
});

test("one that had no effect keeps nobody out, and its key can be used anew", async () => {
  const one = undertaking();
  expect(await records.release(one.keyHash, await begun(one), true)).toBe(true);
  expect((await records.find(one.keyHash)).receipt).toBeUndefined();
  const attempt = await begun(one);
  expect(await records.release(one.keyHash, attempt, false)).toBe(true);
  expect((await records.find(one.keyHash)).receipt?.state).toBe("not_performed");
  await begun(undertaking({ naturalKey: one.naturalKey }));
  expect(await records.start({ ...one, naturalKey: "another" }, undefined, await now())).toBeUndefined();
  await begun({ ...one, naturalKey: "another" }, attempt);
});

test("whoever lost a request to another can end it no more", async () => {
  const one = undertaking();
  const lost = await begun(one);
  const taken = await begun(one, lost);
  expect(taken).not.toBe(lost);
  expect(await records.start(one, lost, await now())).toBeUndefined();
  expect([
    await records.finish(one.keyHash, lost, end),
    await records.finishWithout(one.keyHash, lost, "/v1/orders/1"),
    await records.release(one.keyHash, lost, false),
    await records.release(one.keyHash, lost, true),
  ]).toEqual([false, false, false, false]);
  expect(await records.finishWithout(one.keyHash, taken, "/v1/orders/1")).toBe(true);
  expect(await records.finish(one.keyHash, taken, end)).toBe(true);
  expect(await records.finish(one.keyHash, taken, { ...end, status: 500 })).toBe(false);
});

test("in any order of steps a receipt that was done stays done, and there is one holder at a time", async () => {
  const step = fc.tuple(fc.constantFrom("start", "finish", "without", "release", "forget"), fc.nat(3));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const one = undertaking();
      /** What each of four processes believes to hold. */
      const held: (Attempt | undefined)[] = [undefined, undefined, undefined, undefined];
      let done: string | undefined;
      for (const [what, who] of steps) {
        const before = (await records.find(one.keyHash)).receipt;
        const mine = held[who] ?? "0";
        if (what === "start") held[who] = (await records.start(one, before?.attempt, await now())) ?? held[who];
        else {
          const ended =
            what === "finish"
              ? await records.finish(one.keyHash, mine, { ...end, made: `/v1/orders/${who}` })
              : what === "without"
                ? await records.finishWithout(one.keyHash, mine, `/v1/orders/${who}`)
                : await records.release(one.keyHash, mine, what === "forget");
          if (ended) expect(before?.attempt).toBe(mine);
          if (ended && (what === "finish" || what === "without")) done = what === "finish" ? "done" : "found";
        }
        const after = (await records.find(one.keyHash)).receipt;
        if (done !== undefined) expect(after?.state).toBe(done);
      }
    }),
    { numRuns: 60 },
  );
});

test("started requests are given to one who looks at them, once in a while, oldest first, and of their place alone", async () => {
  const place = { source: "looked", environment: "live" } as const;
  const started = [undertaking(place), undertaking(place), undertaking({ ...place, environment: "test" }), undertaking(place)];
  for (const one of started) await begun(one);
  await records.finish(started[3]?.keyHash ?? randomBytes(16), (await records.find(started[3]?.keyHash ?? randomBytes(16))).receipt?.attempt ?? "", end);
  await sql`UPDATE sluice.receipts SET started_at = started_at - interval '1 minute' WHERE source = 'looked'`.execute(store);
  expect(await records.overdue(place, 120_000, 10)).toEqual([]);
  const [some, more] = await Promise.all([records.overdue(place, 30_000, 10), records.overdue(place, 30_000, 10)]);
  expect([...some, ...more].map(({ naturalKey }) => naturalKey).sort()).toEqual([started[0]?.naturalKey, started[1]?.naturalKey].sort());
  expect(await records.overdue(place, 30_000, 10)).toEqual([]);
});

test("answers are forgotten before receipts, some at a time; what is underway is forgotten never", async () => {
  const place = { source: "old" };
  const [done, open, young] = [undertaking(place), undertaking(place), undertaking(place)];
  await records.finish(done.keyHash, await begun(done), end);
  await begun(open);
  await records.finish(young.keyHash, await begun(young), end);
  const age = (one: Undertaking, days: number) =>
    sql`UPDATE sluice.receipts SET started_at = started_at - ${days} * interval '1 day', ended_at = ended_at - ${days} * interval '1 day'
        WHERE key_hash = ${Buffer.from(one.keyHash)}`.execute(store);
  for (const one of [done, open]) await age(one, 10);
  const dayMs = 86_400_000;
  const terms = { answers: 7 * dayMs, receipts: 400 * dayMs };
  expect(await records.expire(terms, 100)).toBe(1);
  const known = (await records.find(done.keyHash)).receipt;
  expect([known?.state, known?.sealedAnswer, known?.made]).toEqual(["done", undefined, "/v1/orders/1"]);
  for (const one of [done, open]) await age(one, 400);
  expect(await records.expire(terms, 100)).toBe(1);
  expect((await records.find(done.keyHash)).receipt).toBeUndefined();
  expect((await records.find(open.keyHash)).receipt?.state).toBe("started");
  expect((await records.find(young.keyHash)).receipt?.sealedAnswer).toBeDefined();
});

test("a store that cannot be asked is a gateway that cannot answer", async () => {
  const nowhere = connectStore({ url: "postgres://x@127.0.0.1:1/x", poolSize: 1, timeoutMs: 300, onBrokenConnection: () => undefined });
  await expect(receiptRecords(() => nowhere).find(randomBytes(16))).rejects.toMatchObject({ code: "gateway-unavailable" });
  await nowhere.destroy();
});
