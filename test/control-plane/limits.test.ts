/** Plans of limits: what operators can do about them, and what a key's lookup makes of that. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { limitAssign } from "#control-plane/limits/assign.ts";
import { limitCreate } from "#control-plane/limits/create.ts";
import { limitList } from "#control-plane/limits/list.ts";
import { limitOverride } from "#control-plane/limits/override.ts";
import { limitRemove } from "#control-plane/limits/remove.ts";
import { limitShow } from "#control-plane/limits/show.ts";
import { limitUpdate } from "#control-plane/limits/update.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import type { Verb } from "#control-plane/verb.ts";
import type { JsonValue } from "#lib/json.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let store: Store;
let plane: ControlPlane;
const asking = askingAt(Date.UTC(2026, 10, 24));

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 2, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  plane = planeOver(store);
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

async function keyOf(partner: string, environment: "live" | "test" = "live"): Promise<string> {
  const known = await plane.records.partners.find(partner);
  if (known === undefined) await did(perform(plane, partnerCreate, { name: partner }, asking));
  return (await did(perform(plane, keyCreate, { partner, environment, scopes: ["orders:read"] }, asking))).id;
}
const limitsOf = async (kid: string) => (await keyRecords(store).find(kid))?.limits;

test("a partner that was given no plan has the default, which can be changed for all of them", async () => {
  const kid = await keyOf("Plain");
  expect(await limitsOf(kid)).toEqual({
    partner: [
      { name: "burst", quota: 1000, windowSeconds: 10 },
      { name: "sustained", quota: 12000, windowSeconds: 300 },
    ],
    key: [],
    quotas: [],
    inflight: 50,
  });
  await did(perform(plane, limitUpdate, { plan: "default", burst_quota: 500, inflight: null }, asking));
  expect(await limitsOf(kid)).toMatchObject({ partner: [{ name: "burst", quota: 500, windowSeconds: 10 }, { name: "sustained" }], inflight: undefined });
  await did(perform(plane, limitUpdate, { plan: "default", burst_quota: 1000, inflight: 50 }, asking));
});

test("a plan is made, given to a partner in one environment, changed, taken back and removed; each is in the audit records", async () => {
  const gold = { plan: "gold", burst_quota: 10, burst_seconds: 1, daily_quota: 100, monthly_quota: 1000, inflight: 2 };
  expect(await did(perform(plane, limitCreate, gold, asking))).toEqual({ ...gold, sustained_quota: null, sustained_seconds: null, assignments: 0 });
  const [live, inTest] = [await keyOf("Golden"), await keyOf("Golden", "test")];
  const { partner } = await did(perform(plane, limitAssign, { plan: "gold", partner: "Golden", environment: "live" }, asking));
  expect(await limitsOf(live)).toEqual({
    partner: [{ name: "burst", quota: 10, windowSeconds: 1 }],
    key: [],
    quotas: [
      { name: "daily", quota: 100, window: "day" },
      { name: "monthly", quota: 1000, window: "month" },
    ],
    inflight: 2,
  });
  expect((await limitsOf(inTest))?.partner[0]?.quota).toBe(1000);
  expect(await did(perform(plane, limitShow, { plan: "gold" }, asking))).toMatchObject({ assignments: 1 });
  await did(perform(plane, limitUpdate, { plan: "gold", burst_quota: null, daily_quota: 50 }, asking));
  expect(await limitsOf(live)).toMatchObject({ partner: [], quotas: [{ name: "daily", quota: 50 }, { name: "monthly" }] });
  expect(await perform(plane, limitRemove, { plan: "gold" }, asking)).toMatchObject({ kind: "refused" });
  await did(perform(plane, limitAssign, { plan: "default", partner: "Golden", environment: "live" }, asking));
  await did(perform(plane, limitRemove, { plan: "gold" }, asking));
  expect((await did(perform(plane, limitList, {}, asking))).items.map(({ plan }) => plan)).toEqual(["default"]);
  const records = await store.selectFrom("audit_records").select(["verb", "subject"]).where("verb", "like", "limit.%").orderBy("seq").execute();
  expect(records.slice(-5)).toEqual([
    { verb: "limit.create", subject: "plan gold" },
    { verb: "limit.assign", subject: `partner ${partner}` },
    { verb: "limit.update", subject: "plan gold" },
    { verb: "limit.assign", subject: `partner ${partner}` },
    { verb: "limit.remove", subject: "plan gold" },
  ]);
});

test("a key can be given less, and that can be taken back", async () => {
  const kid = await keyOf("Keyed");
  await did(perform(plane, limitOverride, { key: kid, burst_quota: 5, burst_seconds: 1, sustained_quota: 60, sustained_seconds: 60 }, asking));
  expect((await limitsOf(kid))?.key).toEqual([
    { name: "key-burst", quota: 5, windowSeconds: 1 },
    { name: "key-sustained", quota: 60, windowSeconds: 60 },
  ]);
  await did(perform(plane, limitOverride, { key: kid, burst_quota: null, sustained_quota: null }, asking));
  expect((await limitsOf(kid))?.key).toEqual([]);
});

const refused: readonly (readonly [what: string, verb: Verb, input: JsonValue, kind: string])[] = [
  ["half a rate", limitCreate, { plan: "half", burst_quota: 5 }, "refused"],
  ["a name that stands already", limitCreate, { plan: "default", inflight: 5 }, "refused"],
  ["a name with other letters", limitCreate, { plan: "Gold plan" }, "invalid"],
  ["a quota of nothing", limitCreate, { plan: "none", daily_quota: 0 }, "invalid"],
  ["a window beyond a day", limitCreate, { plan: "long", burst_quota: 5, burst_seconds: 86_401 }, "invalid"],
  ["a plan that is not there", limitShow, { plan: "nowhere" }, "absent"],
  ["a change of one that is not there", limitUpdate, { plan: "nowhere", inflight: 1 }, "absent"],
  ["the end of the default", limitRemove, { plan: "default" }, "refused"],
  ["a plan for nobody", limitAssign, { plan: "default", partner: "Nobody", environment: "live" }, "absent"],
  ["limits of a key that is not there", limitOverride, { key: "000000000000", burst_quota: 1, burst_seconds: 1 }, "absent"],
];

test.each(refused)("refuses %s", async (_what, verb, input, kind) => {
  expect((await perform(plane, verb, input, asking)).kind).toBe(kind);
});

test("whoever may only look changes nothing", async () => {
  const viewer = { ...asking, by: { ...asking.by, role: "viewer" as const } };
  expect((await perform(plane, limitCreate, { plan: "sly" }, viewer)).kind).toBe("forbidden");
  expect((await perform(plane, limitList, {}, viewer)).kind).toBe("done");
});
