/** The life of a partner: named, renamed, suspended, resumed and removed, also by several operators at once. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { keyRotate } from "#control-plane/api-keys/rotate.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { partnerChange } from "#control-plane/partners/change.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { partnerList } from "#control-plane/partners/list.ts";
import { partnerRemove } from "#control-plane/partners/remove.ts";
import { partnerRemoveAccount } from "#control-plane/partners/remove-account.ts";
import { partnerResume } from "#control-plane/partners/resume.ts";
import { partnerShow } from "#control-plane/partners/show.ts";
import { partnerSuspend } from "#control-plane/partners/suspend.ts";
import { perform } from "#control-plane/perform.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

const now = Date.UTC(2026, 5, 1);
const asking = askingAt(now);
let database: TestDatabase;
let store: Store;
let plane: ControlPlane;

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  plane = planeOver(store);
  await did(perform(plane, partnerCreate, { name: "Alpine", accounts: [{ environment: "live", account: "C1" }] }, asking));
  await did(perform(plane, partnerCreate, { name: "Borealis" }, asking));
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

const newKey = (partner: string) => did(perform(plane, keyCreate, { partner, environment: "live", scopes: ["orders:read"] }, asking));

test("a new name leads to the same partner, and one that another has is refused, whatever its case, also in a race", async () => {
  const { id } = await did(perform(plane, partnerShow, { partner: "alpine" }, asking));
  expect(await did(perform(plane, partnerChange, { partner: id, name: "  Alpine Stores ", note: "moved" }, asking))).toMatchObject({
    id,
    name: "Alpine Stores",
    note: "moved",
  });
  expect(await perform(plane, partnerShow, { partner: "Alpine" }, asking)).toEqual({ kind: "absent", what: 'There is no partner "Alpine".' });
  expect(await perform(plane, partnerChange, { partner: id, name: "BOREALIS" }, asking)).toEqual({
    kind: "refused",
    reasons: ['There is a partner named "BOREALIS" already.'],
  });
  const both = await Promise.all([id, "Borealis"].map((partner) => perform(plane, partnerChange, { partner, name: "Same" }, asking)));
  expect(both.map(({ kind }) => kind).sort()).toEqual(["done", "refused"]);
  await did(perform(plane, partnerChange, { partner: id, name: "Alpine", note: null }, asking));
});

test("a suspended partner's keys are found suspended by the request path, and work again when it is resumed", async () => {
  const { id: kid } = await newKey("Alpine");
  const found = async () => (await keyRecords(store).find(kid))?.suspendedAt;
  expect(await found()).toBeUndefined();
  expect(await did(perform(plane, partnerSuspend, { partner: "Alpine" }, asking))).toMatchObject({ state: "suspended" });
  expect(await did(perform(plane, partnerSuspend, { partner: "Alpine" }, askingAt(now + 5)))).toMatchObject({ suspended_at: new Date(now).toISOString() });
  expect(await found()).toBe(now);
  expect(await did(perform(plane, partnerResume, { partner: "Alpine" }, asking))).toMatchObject({ state: "active", suspended_at: null });
  expect(await found()).toBeUndefined();
});

test("an account that is taken away is no longer the key's, and one the partner does not have is refused", async () => {
  const { id: kid } = await newKey("Alpine");
  const take = (account: string) => perform(plane, partnerRemoveAccount, { partner: "Alpine", accounts: [{ environment: "live", account }] }, asking);
  expect(await take("C9")).toEqual({ kind: "refused", reasons: ["Alpine has no account live:C9."] });
  expect(await did(take("C1"))).toMatchObject({ accounts: [] });
  expect((await keyRecords(store).find(kid))?.accounts).toEqual([]);
});

test("a partner is removed once its keys are revoked or expired, with them, and its records stay", async () => {
  const { id } = await did(perform(plane, partnerCreate, { name: "Passing" }, asking));
  const [first, second] = [await newKey(id), await newKey(id)];
  const remove = (by = asking) => perform(plane, partnerRemove, { partner: id }, by);
  expect(await remove()).toMatchObject({ kind: "refused", reasons: [expect.stringContaining("neither revoked nor expired")] });
  expect(await remove(askingAt(now, { by: { kind: "operator", id: "op_2", name: "Bo", role: "operator" } }))).toEqual({ kind: "forbidden", needs: "admin" });
  for (const { id: key } of [first, second]) await did(perform(plane, keyRevoke, { key }, asking));
  await did(remove());
  expect(await perform(plane, partnerShow, { partner: id }, asking)).toMatchObject({ kind: "absent" });
  expect(await keyRecords(store).find(first.id)).toBeUndefined();
  expect(await plane.records.audit.list({ subject: `partner ${id}` }, undefined, 10)).toHaveLength(2);
});

test("lists are walked in pages that neither repeat nor leave out anybody", async () => {
  const names = Array.from({ length: 7 }, (_, index) => `Page ${index}`);
  for (const name of names) await did(perform(plane, partnerCreate, { name }, asking));
  const seen: string[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const page: { items: { name: string }[]; next: string | null } = await did(
      perform(plane, partnerList, { limit: 3, ...(after !== "" && { after }) }, asking),
    );
    expect(page.items.length).toBeLessThanOrEqual(3);
    seen.push(...page.items.map(({ name }) => name));
    after = page.next;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(expect.arrayContaining(names));
  expect(await perform(plane, partnerList, { limit: 1_001 }, asking)).toEqual({
    kind: "invalid",
    errors: [{ pointer: "/limit", code: "out-of-range", detail: "Takes numbers of at most 1000." }],
  });
});

test("a partner that is removed while its keys are rotated, changed and issued is removed or not, and nobody waits in a circle", async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id } = await did(perform(plane, partnerCreate, { name: `Round ${round}` }, asking));
    const { id: key } = await newKey(id);
    const later = askingAt(now + 1);
    const all = await Promise.all([
      perform(plane, keyRotate, { key }, asking),
      perform(plane, partnerRemove, { partner: id }, later),
      perform(plane, keyRevoke, { key }, asking),
      perform(plane, partnerSuspend, { partner: id }, asking),
      perform(plane, keyCreate, { partner: id, environment: "live", scopes: ["orders:read"] }, asking),
    ]);
    for (const { kind } of all) expect(["done", "refused", "absent"]).toContain(kind);
    const left = await plane.records.keys.list(id, undefined, 10);
    expect(left.length > 0).toBe((await plane.records.partners.find(id)) !== undefined);
  }
});
