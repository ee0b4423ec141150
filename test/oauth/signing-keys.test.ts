/** Keys that sign tokens: one at a time, whoever needs the first; published before use, and trusted until their last token is over. */
import { decodeProtectedHeader } from "jose";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { perform } from "#control-plane/perform.ts";
import { createKeyRing } from "#control-plane/signing-keys/key-ring.ts";
import { signingKeyRotate } from "#control-plane/signing-keys/rotate.ts";
import type { SigningKeyRecords } from "#control-plane/signing-keys/signing-key-records.ts";
import { envelopes } from "#lib/envelope.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { signingKeyRecords } from "#store/signing-keys.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let store: Store;
let clock = 0;
let lists = 0;
let counted: SigningKeyRecords;

const secret = new Uint8Array(32).fill(7);

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 8, timeoutMs: 5_000, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});
beforeEach(async () => {
  await store.deleteFrom("signing_keys").execute();
  await store.deleteFrom("sealed_secrets").execute();
  lists = 0;
  const records = signingKeyRecords(store);
  counted = {
    ...records,
    list() {
      lists += 1;
      return records.list();
    },
  };
});

/** A process of its own: nothing is remembered yet. */
function ring(own = secret, others: readonly Uint8Array[] = []) {
  return createKeyRing({ envelopes: envelopes({ current: own, others }), elapsedMs: () => clock, shareLookups: true })(counted);
}

const kidOf = async (one: ReturnType<typeof ring>): Promise<string> => decodeProtectedHeader(await one.sign({}, "at+jwt")).kid ?? "";
const rotate = (compromised = false) => perform(planeOver(store), signingKeyRotate, { compromised }, askingAt(Date.now()));
/** As if so much time had passed for every key. */
const pass = (seconds: number) => sql`update sluice.signing_keys set signs_from = signs_from - make_interval(secs => ${seconds})`.execute(store);

test("of many processes that need the first key at once, one makes it and all sign with it", async () => {
  const kids = await Promise.all(Array.from({ length: 16 }, () => kidOf(ring())));
  expect(new Set(kids).size).toBe(1);
  expect(await counted.list()).toMatchObject([{ kid: kids[0], state: "signing" }]);
  const stored = JSON.stringify(await store.selectFrom("signing_keys").selectAll().execute());
  expect(stored).not.toContain('"d"');
});

test("a new key is published first and signs ten minutes later; the old one's tokens count until they are over", async () => {
  const old = await kidOf(ring());
  const { items } = await did(rotate());
  const fresh = items[0]?.id ?? "";
  expect(items.map(({ id, state }) => [id, state])).toEqual([
    [fresh, "waiting"],
    [old, "signing"],
  ]);
  expect((await ring().publicKeys()).keys.map(({ kid }) => kid)).toEqual([fresh, old]);
  expect(await kidOf(ring())).toBe(old);
  expect(await rotate()).toMatchObject({ kind: "refused" });

  await pass(601);
  expect(await kidOf(ring())).toBe(fresh);
  expect(await ring().find(old)).toBeDefined();
  expect((await counted.list()).map(({ state }) => state)).toEqual(["signing", "ending"]);
  await pass(601);
  expect(await ring().find(old)).toBeUndefined();
  expect((await ring().publicKeys()).keys.map(({ kid }) => kid)).toEqual([fresh]);
  expect(await kidOf(ring())).toBe(fresh);

  await pass(3_600);
  await did(rotate());
  expect(await counted.privateKey(old), "what never signs again needs no private key").toBeUndefined();
});

test("a compromised key is withdrawn at once, and another one signs", async () => {
  const first = ring();
  const old = await kidOf(first);
  await did(rotate(true));
  const fresh = await kidOf(ring());
  expect(fresh).not.toBe(old);
  expect(await ring().find(old)).toBeUndefined();
  clock += 10_001; // for whoever is told of nothing
  expect(await first.find(old)).toBeUndefined();
  expect(await kidOf(first)).toBe(fresh);
});

test("a key that has signed for ninety days is replaced by the first who notices, once, and without a break", async () => {
  const old = await kidOf(ring());
  await pass(90 * 86_400 + 1);
  const kids = await Promise.all(Array.from({ length: 8 }, () => kidOf(ring())));
  expect(new Set(kids)).toEqual(new Set([old]));
  expect((await counted.list()).map(({ state }) => state)).toEqual(["waiting", "signing"]);
  await pass(601);
  expect(await kidOf(ring())).not.toBe(old);
});

test("ids that nobody knows cost one look a second, however many are asked for", async () => {
  const one = ring();
  await kidOf(one);
  lists = 0;
  for (let at = 0; at < 500; at += 1) expect(await one.find(`made-up-${at}`)).toBeUndefined();
  expect(lists).toBe(0);
  clock += 1_001;
  for (let at = 0; at < 500; at += 1) expect(await one.find(`made-up-${at}`)).toBeUndefined();
  expect(lists).toBe(1);
});

test("a private key that no secret here opens signs nothing, and says what is missing", async () => {
  await kidOf(ring());
  const stranger = new Uint8Array(32).fill(9);
  await expect(ring(stranger).sign({}, "at+jwt")).rejects.toThrow("SLUICE_PREVIOUS_SECRETS");
  expect(await kidOf(ring(stranger, [secret]))).toBeTruthy();
});
