/** The chain of audit records finds what somebody with the database's password, and without the gateway's secret, does to it. */
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type AuditChain, createAuditChain } from "#control-plane/audit/chain.ts";
import { auditList } from "#control-plane/audit/list.ts";
import { verifyChain } from "#control-plane/audit/verify.ts";
import { auditVerify } from "#control-plane/audit/verify-verb.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import type { JsonObject } from "#lib/json.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";

const now = Date.UTC(2026, 5, 1, 10, 0, 0, 123);
const made = 10;
let database: TestDatabase;
let store: Store;
let plane: ControlPlane;
/** With the password of the database's owner. */
let intruder: pg.Client;

beforeEach(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  plane = planeOver(store);
  await grow(plane, made);
  intruder = new pg.Client({ connectionString: database.url });
  await intruder.connect();
  // What an owner of the tables can do as well, in other words.
  await intruder.query("set session_replication_role = replica");
});
afterEach(async () => {
  await intruder.end();
  await store.destroy();
  await database.drop();
});

async function grow(by: ControlPlane, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await did(perform(by, partnerCreate, { name: `P ${crypto.randomUUID()}` }, askingAt(now + index)));
}

const verified = (input: JsonObject = {}, by = plane) => did(perform(by, auditVerify, input, askingAt(now)));
const brokenAt = async (input: JsonObject = {}) => (await verified(input)).broken;

/** Numbers are free for a moment while records change places. */
async function renumber(pairs: readonly (readonly [from: number, to: number])[]): Promise<void> {
  for (const [from, to] of pairs) await intruder.query("update sluice.audit_records set seq = $2 where seq = $1", [from, to + 1_000_000]);
  await intruder.query("update sluice.audit_records set seq = seq - 1000000 where seq > 1000000");
}

test("what was not touched is intact, and the end it names is that of the newest record", async () => {
  const [newest] = (await did(perform(plane, auditList, { limit: 1 }, askingAt(now)))).items;
  expect(await verified()).toEqual({ state: "intact", records: made, end: `${made}:${newest?.hash}`, broken: null });
});

test("before the first record there is nothing to be broken", async () => {
  await intruder.query("delete from sluice.audit_records");
  await intruder.query("update sluice.audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex'), key_id = null, signature = null");
  expect(await verified()).toEqual({ state: "intact", records: 0, end: null, broken: null });
});

test.each([
  "at = at + interval '1 second'",
  "actor_name = 'Eve'",
  "actor_id = 'op_9'",
  "actor_kind = 'system'",
  "verb = 'key.revoke'",
  "subject = 'partner ptr_x'",
  `"after" = '{"id":"x"}'`,
  `"before" = '{}'`,
  "request_id = 'req'",
  "hash = decode(repeat('ab', 32), 'hex')",
])("an altered record is found: %s", async (change) => {
  await intruder.query(`update sluice.audit_records set ${change} where seq = 5`);
  expect(await verified()).toMatchObject({ state: "broken", records: 4, broken: { seq: 5, how: "altered" } });
});

test("a record that was altered and hashed anew without the secret is found", async () => {
  const forged: AuditChain = createAuditChain([new Uint8Array(32).fill(9)]);
  const [record] = await plane.records.audit.page(4, 5, 1);
  if (!record) throw new Error("there is no record 5");
  const { records } = forged.seal({ seq: 4, hash: record.previous, keyId: undefined, signature: undefined }, [record], askingAt(now));
  await intruder.query("update sluice.audit_records set hash = $1, subject = 'x' where seq = 5", [records[0]?.hash]);
  expect(await brokenAt()).toMatchObject({ seq: 5, how: "altered" });
  await intruder.query("update sluice.audit_records set key_id = $1 where seq = 5", [records[0]?.keyId]);
  expect(await brokenAt()).toMatchObject({ seq: 5, how: "unknown-key" });
});

test("a removed record is found, whether or not the others move up", async () => {
  await intruder.query("delete from sluice.audit_records where seq = 4");
  expect(await brokenAt()).toEqual({ seq: 4, how: "removed", detail: "Record 4 is missing." });
  await renumber([5, 6, 7, 8, 9, 10].map((seq) => [seq, seq - 1]));
  expect(await brokenAt()).toEqual({ seq: 4, how: "removed", detail: "Record 4 is missing; what was record 5 stands in its place." });
});

test("the first record cannot be removed either", async () => {
  await intruder.query("delete from sluice.audit_records where seq = 1");
  expect(await brokenAt()).toMatchObject({ seq: 1, how: "removed" });
});

test("records that changed places are found", async () => {
  await renumber([
    [3, 7],
    [7, 3],
  ]);
  expect(await brokenAt()).toEqual({ seq: 3, how: "reordered", detail: "What was record 7 stands as number 3, and what was record 3 as number 7." });
});

test("records whose contents changed places are found", async () => {
  await intruder.query(
    `update sluice.audit_records as a set subject = b.subject, "after" = b."after" from sluice.audit_records as b where (a.seq, b.seq) in ((3, 4), (4, 3))`,
  );
  expect(await brokenAt()).toMatchObject({ seq: 3, how: "altered" });
});

const copyOf = (from: number, to: number): string =>
  `insert into sluice.audit_records select ${to}, at, actor_kind, actor_id, actor_name, verb, subject, "before", "after", request_id, key_id, previous, hash
   from sluice.audit_records where seq = ${from}`;

test("a copy of a record is found, in the middle and at the end", async () => {
  await intruder.query(copyOf(2, made + 1));
  expect(await brokenAt()).toMatchObject({ seq: made + 1, how: "inserted" });
  await intruder.query(`delete from sluice.audit_records where seq = ${made + 1}`);
  await renumber([6, 7, 8, 9, 10].map((seq) => [seq, seq + 1]));
  await intruder.query(copyOf(2, 6));
  expect(await brokenAt()).toEqual({ seq: 6, how: "inserted", detail: "Record 6 is a copy of what was record 2." });
});

test("a record that was made up is found", async () => {
  await renumber([6, 7, 8, 9, 10].map((seq) => [seq, seq + 1]));
  await intruder.query(copyOf(5, 6));
  await intruder.query("update sluice.audit_records set subject = 'x', previous = (select hash from sluice.audit_records where seq = 5) where seq = 6");
  expect(await brokenAt()).toEqual({ seq: 6, how: "inserted", detail: "Record 6 was never made here; what was record 6 stands as number 7." });
});

test("a tail that was cut off is missed", async () => {
  await intruder.query("delete from sluice.audit_records where seq > 7");
  expect(await verified()).toMatchObject({ state: "broken", records: 7, broken: { seq: 8, how: "removed" } });
  await intruder.query("delete from sluice.audit_records");
  expect(await brokenAt()).toMatchObject({ seq: 1, how: "removed" });
});

test("the signed end cannot be moved, forged, or taken away", async () => {
  const { rows } = await intruder.query("select * from sluice.audit_head");
  await intruder.query("delete from sluice.audit_records where seq > 7");
  await intruder.query("update sluice.audit_head set seq = 7, hash = (select hash from sluice.audit_records where seq = 7)");
  expect(await brokenAt()).toMatchObject({ seq: 7, how: "head-altered" });
  await intruder.query("update sluice.audit_head set key_id = null, signature = null");
  expect(await brokenAt()).toMatchObject({ seq: 7 });
  await intruder.query("delete from sluice.audit_head");
  expect(await brokenAt()).toMatchObject({ seq: 8, how: "head-altered" });
  expect(rows).toHaveLength(1);
});

test("an older end, kept and put back with its records, is found by an anchor that was noted since, and by nothing else", async () => {
  const { rows } = await intruder.query("select * from sluice.audit_head");
  await grow(plane, 3);
  const { end } = await verified();
  await intruder.query(`delete from sluice.audit_records where seq > ${made}`);
  const { seq, hash, key_id, signature } = rows[0];
  await intruder.query("update sluice.audit_head set seq = $1, hash = $2, key_id = $3, signature = $4", [seq, hash, key_id, signature]);
  expect(await verified()).toMatchObject({ state: "intact", records: made });
  expect(await brokenAt({ anchor: end ?? "" })).toEqual({
    seq: made + 1,
    how: "removed",
    detail: `The anchor names record ${made + 3}, and the chain ends before it.`,
  });
  // Written on from there, it is another history.
  await grow(plane, 4);
  expect(await verified()).toMatchObject({ state: "intact", records: made + 4 });
  expect(await brokenAt({ anchor: end ?? "" })).toMatchObject({ seq: made + 3, how: "replaced" });
  expect(await brokenAt({ anchor: end ?? "", since_anchor: true })).toMatchObject({ seq: made + 3, how: "replaced" });
});

test("since an anchor only what came after it is looked at", async () => {
  const { end } = await verified();
  await grow(plane, 2);
  await intruder.query("update sluice.audit_records set subject = 'x' where seq = 3");
  expect(await verified({ anchor: end ?? "", since_anchor: true })).toMatchObject({ state: "intact", records: 3 });
  expect(await brokenAt({ anchor: end ?? "" })).toMatchObject({ seq: 3, how: "altered" });
  await intruder.query("update sluice.audit_records set subject = 'x' where seq = 12");
  expect(await brokenAt({ anchor: end ?? "", since_anchor: true })).toMatchObject({ seq: 12, how: "altered" });
  expect(await perform(plane, auditVerify, { since_anchor: true }, askingAt(now))).toMatchObject({ kind: "refused" });
  expect(await perform(plane, auditVerify, { anchor: "12:ab" }, askingAt(now))).toMatchObject({ kind: "invalid", errors: [{ pointer: "/anchor" }] });
});

test("after the secret was replaced the chain goes on, as long as the one before is configured", async () => {
  const [before, after] = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];
  const next = planeOver(store, { auditChain: createAuditChain([after, before]) });
  await grow(next, 2);
  expect(await verified({}, next)).toMatchObject({ state: "intact", records: made + 2 });
  const without = planeOver(store, { auditChain: createAuditChain([after]) });
  expect(await verified({}, without)).toMatchObject({
    state: "broken",
    records: 0,
    broken: { seq: 1, how: "unknown-key", detail: expect.stringContaining("SLUICE_PREVIOUS_SECRETS") },
  });
});

test("records are neither altered nor removed by mistake", async () => {
  await intruder.query("set session_replication_role = origin");
  for (const mistake of ["update sluice.audit_records set subject = 'x'", "delete from sluice.audit_records", "truncate sluice.audit_records"])
    await expect(intruder.query(mistake)).rejects.toThrow("Audit records are never altered or removed.");
});

test("gateways that change things at the same moment append one after the other", async () => {
  const gateways = Array.from({ length: 4 }, () => connectStore({ url: database.url, poolSize: 4, timeoutMs: 10_000, onBrokenConnection: () => undefined }));
  try {
    await Promise.all(
      gateways.flatMap((one) => Array.from({ length: 10 }, () => perform(planeOver(one), partnerCreate, { name: `P ${crypto.randomUUID()}` }, askingAt(now)))),
    );
  } finally {
    await Promise.all(gateways.map((one) => one.destroy()));
  }
  expect(await verified()).toMatchObject({ state: "intact", records: made + 40 });
});

test("a change that fails leaves neither itself nor a record", async () => {
  const asking = askingAt(now);
  await expect(
    plane.change(asking, async ({ records, audit }) => {
      await records.partners.insert({ id: "ptr_x", name: "X", accounts: [], note: undefined, createdAt: now, suspendedAt: undefined });
      await audit({ verb: "partner.create", subject: "partner ptr_x", before: null, after: { id: "ptr_x" } });
      throw new Error("cut off");
    }),
  ).rejects.toThrow("cut off");
  // Nor does one that audits nothing: what is not on record does not happen.
  await plane.change(asking, ({ records }) =>
    records.partners.insert({ id: "ptr_y", name: "Y", accounts: [], note: undefined, createdAt: now, suspendedAt: undefined }),
  );
  expect([await plane.records.partners.find("ptr_x"), await plane.records.partners.find("ptr_y")]).toEqual([undefined, undefined]);
  expect(await verified()).toMatchObject({ state: "intact", records: made });
});

test("records are read in pages, of which one is held at a time", async () => {
  let [held, most, asked] = [0, 0, 0];
  const counted = {
    ...plane.records.audit,
    page: async (after: number, last: number, limit: number) => {
      const page = await plane.records.audit.page(after, last, limit);
      held = page.length;
      most = Math.max(most, held);
      asked += 1;
      return page;
    },
  };
  await intruder.query("set session_replication_role = origin");
  await plane.change(askingAt(now), async ({ audit }) => {
    for (let index = 0; index < 2_500; index += 1) await audit({ verb: "key.change", subject: `key ${index}`, before: { index }, after: { index: index + 1 } });
  });
  expect(await verifyChain(counted, plane.auditChain)).toMatchObject({ records: made + 2_500, broken: undefined });
  expect(most).toBeLessThanOrEqual(1_000);
  expect(asked).toBeGreaterThanOrEqual(3);
});

test("the list is filtered by what was done, to what, and by whom", async () => {
  const of = async (input: JsonObject) => (await did(perform(plane, auditList, input, askingAt(now)))).items.map(({ seq }) => seq);
  const [newest] = (await did(perform(plane, auditList, { limit: 1 }, askingAt(now)))).items;
  expect(await of({ subject: newest?.subject ?? "" })).toEqual([made]);
  expect(await of({ actor: "Ada", verb: "partner.create", limit: 3 })).toEqual([10, 9, 8]);
  expect(await of({ actor: "op_1", after: "3" })).toEqual([2, 1]);
  expect(await of({ actor: "Eve" })).toEqual([]);
});
