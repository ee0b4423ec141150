/** The life of a key: rotated with an overlap, ended, suspended, changed and revoked; what each refuses, in full sentences. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKeyAuthenticator } from "#control-plane/api-keys/authenticate.ts";
import { keyChange } from "#control-plane/api-keys/change.ts";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { keyExpire } from "#control-plane/api-keys/expire.ts";
import { keyList } from "#control-plane/api-keys/list.ts";
import { keyResume } from "#control-plane/api-keys/resume.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { keyRotate } from "#control-plane/api-keys/rotate.ts";
import { keyShow } from "#control-plane/api-keys/show.ts";
import { keySuspend } from "#control-plane/api-keys/suspend.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import type { Verb } from "#control-plane/verb.ts";
import type { JsonObject } from "#lib/json.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";

const now = Date.UTC(2026, 5, 1);
const [hour, day] = [3_600_000, 86_400_000];
const iso = (at: number): string => new Date(at).toISOString();
let database: TestDatabase;
let store: Store;
let plane: ControlPlane;

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  plane = planeOver(store);
  await did(perform(plane, partnerCreate, { name: "Alpine", accounts: [{ environment: "live", account: "C1" }] }, askingAt(now)));
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

function issue(terms: JsonObject = {}) {
  return did(perform(plane, keyCreate, { partner: "Alpine", environment: "live", scopes: ["orders:read"], ...terms }, askingAt(now)));
}
const asked = (verb: Verb, input: JsonObject, at = now) => perform(plane, verb, input, askingAt(at));

/** By a gateway that looks every key up. */
async function works(token: string, at: number): Promise<boolean> {
  const { knownScopes, peppers } = plane;
  const gateway = createKeyAuthenticator({ keys: keyRecords(store), peppers, knownScopes, elapsedMs: () => performance.now() });
  return (await gateway.authenticate(token, at, "10.1.2.3")).kind === "authenticated";
}

test("a rotated key works beside its successor for the overlap, and dies to the millisecond; the successor has its terms", async () => {
  const old = await issue({ label: "sync", allow_from: ["10.0.0.0/8"], api_version: "2026-01-01", expires_at: iso(now + 90 * day), scopes: ["orders:*"] });
  const rotated = now + day;
  const made = await did(perform(plane, keyRotate, { key: old.id, overlap_seconds: 3_600 }, askingAt(rotated)));
  expect(made).toMatchObject({
    ...{ label: "sync", allow_from: ["10.0.0.0/8"], api_version: "2026-01-01", scopes: ["orders:*"], environment: "live" },
    ...{ replaces: old.id, created_at: iso(rotated), expires_at: iso(rotated + 90 * day), state: "active" },
  });
  expect([await works(old.key, rotated + hour - 1), await works(made.key, rotated)]).toEqual([true, true]);
  expect([await works(old.key, rotated + hour), await works(made.key, rotated + hour)]).toEqual([false, true]);

  const shown = await did(perform(plane, keyShow, { key: made.id }, askingAt(rotated + hour)));
  expect(shown.versions).toEqual([
    expect.objectContaining({ id: made.id, state: "active" }),
    expect.objectContaining({ id: old.id, state: "expired", expires_at: iso(rotated + hour) }),
  ]);
});

test("without an overlap that is given it is 72 hours, at most 30 days, and never longer than the old key was to last", async () => {
  const [usual, short] = [await issue(), await issue({ expires_at: iso(now + hour) })];
  for (const { id } of [usual, short]) await did(perform(plane, keyRotate, { key: id }, askingAt(now)));
  const end = async (key: string) => (await did(perform(plane, keyShow, { key }, askingAt(now)))).expires_at;
  expect([await end(usual.id), await end(short.id)]).toEqual([iso(now + 72 * hour), iso(now + hour)]);

  const { id } = await issue();
  expect(await asked(keyRotate, { key: id, overlap_seconds: 30 * 86_400 + 1 })).toEqual({ kind: "refused", reasons: ["An overlap lasts at most 30 days."] });
  expect(await asked(keyRotate, { key: id, overlap_seconds: -1 })).toMatchObject({ kind: "invalid", errors: [{ pointer: "/overlap_seconds" }] });
  await did(asked(keyRotate, { key: id, overlap_seconds: 30 * 86_400 }));
});

test("of twenty operators who rotate a key at once one does, and the others are told which key took its place", async () => {
  const { id } = await issue();
  const all = await Promise.all(Array.from({ length: 20 }, () => perform(plane, keyRotate, { key: id }, askingAt(now))));
  const [done, ...more] = all.filter(({ kind }) => kind === "done");
  expect(more).toEqual([]);
  const successor = done?.kind === "done" ? done.value.id : "";
  for (const one of all) {
    if (one.kind !== "done")
      expect(one).toEqual({
        kind: "refused",
        reasons: [`Key ${id} was rotated already: ${successor} took its place. Rotate that one, or issue a new key.`],
      });
  }
});

test("what is suspended, expired or revoked is not rotated", async () => {
  const [suspended, expired, revoked] = [await issue(), await issue({ expires_at: iso(now + 1) }), await issue()];
  await did(asked(keySuspend, { key: suspended.id }));
  await did(asked(keyRevoke, { key: revoked.id }));
  const said = await Promise.all([suspended, expired, revoked].map(({ id }) => asked(keyRotate, { key: id }, now + 1)));
  expect(said.map((one) => (one.kind === "refused" ? one.reasons[0] : one.kind))).toEqual([
    expect.stringContaining("is suspended; resume it first"),
    expect.stringContaining("is expired, so nobody could overlap with it"),
    expect.stringContaining("is revoked, so nobody could overlap with it"),
  ]);
  expect(await asked(keyRotate, { key: "aaaaaaaaaaaa" })).toEqual({ kind: "absent", what: 'There is no key "aaaaaaaaaaaa".' });
});

test("an end is set, moved and lifted, but not of what is over, and not beyond the longest overlap of what was rotated", async () => {
  const { id, key } = await issue();
  const expire = (at: number | null, when = now) => asked(keyExpire, { key: id, expires_at: at === null ? null : iso(at) }, when);
  expect(await did(expire(now + hour))).toMatchObject({ expires_at: iso(now + hour) });
  expect(await works(key, now + hour)).toBe(false);
  expect(await did(expire(null))).toMatchObject({ expires_at: null });
  expect(await works(key, now + hour)).toBe(true);
  expect(await expire(now)).toEqual({ kind: "refused", reasons: ["A key expires in the future."] });

  await did(asked(keyRotate, { key: id }));
  const latest = iso(now + 30 * day);
  const tooLong = { kind: "refused", reasons: [`Key ${id} was rotated, and ends by ${latest}: 30 days is the longest overlap.`] };
  expect([await expire(null), await expire(now + 30 * day + 1)]).toEqual([tooLong, tooLong]);
  expect(await did(expire(now + 2 * hour))).toMatchObject({ expires_at: iso(now + 2 * hour) });
  expect(await expire(now + 3 * hour, now + 2 * hour)).toMatchObject({ kind: "refused", reasons: [`Key ${id} is expired; issue a new one.`] });
});

test("a suspended key does not work until it is resumed; a revoked one never again", async () => {
  const { id, key } = await issue();
  await did(asked(keySuspend, { key: id }));
  expect(await works(key, now)).toBe(false);
  expect(await did(asked(keyResume, { key: id }))).toMatchObject({ state: "active", suspended_at: null });
  expect(await works(key, now)).toBe(true);
  await did(asked(keyRevoke, { key: id }));
  for (const verb of [keySuspend, keyResume]) expect(await asked(verb, { key: id })).toMatchObject({ kind: "refused" });
  for (const input of [{ label: "x" }, { scopes: ["orders:read"] }]) expect(await asked(keyChange, { key: id, ...input })).toMatchObject({ kind: "refused" });
  expect(await asked(keyExpire, { key: id, expires_at: null })).toMatchObject({ kind: "refused" });
  expect(await works(key, now)).toBe(false);
});

test("scopes, networks, version and label are changed each by itself, and never to what no contract has", async () => {
  const { id } = await issue({ label: "first" });
  const change = (terms: JsonObject) => asked(keyChange, { key: id, ...terms });
  expect(await did(change({ scopes: ["products:read", "orders:read", "orders:read"] }))).toMatchObject({
    scopes: ["orders:read", "products:read"],
    label: "first",
  });
  expect(await did(change({ allow_from: ["::ffff:203.0.113.0/120"] }))).toMatchObject({ allow_from: ["203.0.113.0/24"] });
  expect(await did(change({ api_version: "2026-01-01" }))).toMatchObject({ api_version: "2026-01-01", allow_from: ["203.0.113.0/24"] });
  expect(await did(change({ allow_from: null, label: null }))).toMatchObject({ allow_from: null, label: null, api_version: "2026-01-01" });
  expect(await change({ scopes: ["orders:reed"], api_version: "2020-01-01", allow_from: [] })).toEqual({
    kind: "refused",
    reasons: [
      'No contract declares "orders:reed". There are: orders:read, orders:write, products:read.',
      'There is no API version "2020-01-01". There are: 2026-02-01, 2026-01-01.',
      "An empty allow-list would let nobody in; to let everybody in, leave it out.",
    ],
  });
});

test("what changes nothing leaves no audit record", async () => {
  const { id } = await issue();
  const count = async () => (await plane.records.audit.end()).last;
  const before = await count();
  await did(asked(keyChange, { key: id }));
  await did(asked(keyResume, { key: id }));
  await did(asked(keyExpire, { key: id, expires_at: null }));
  expect(await count()).toBe(before);
});

test("lists are walked in pages, newest first, also where many keys are of the same moment", async () => {
  const { id: partner } = await did(perform(plane, partnerCreate, { name: "Many" }, askingAt(now)));
  const made = new Set<string>();
  for (let count = 0; count < 7; count += 1) made.add((await issue({ partner })).id);
  const seen: string[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page: { items: { id: string }[]; next: string | null } = await did(
      perform(plane, keyList, { partner, limit: 2, ...(after !== "" && { after }) }, askingAt(now)),
    );
    seen.push(...page.items.map(({ id }) => id));
    after = page.next;
  }
  expect(seen).toHaveLength(7);
  expect(new Set(seen)).toEqual(made);
});

test("a whole key where its id is asked for is refused, and not repeated", async () => {
  const { key } = await issue();
  const refused = await asked(keyRevoke, { key });
  expect(refused).toMatchObject({ kind: "invalid", errors: [{ pointer: "/key", detail: expect.stringContaining("Takes a key id") }] });
  expect(JSON.stringify(refused)).not.toContain(key.slice(20));
  expect(await works(key, now)).toBe(true);
});
