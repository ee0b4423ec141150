/** GET /v1/events over real HTTP: pages, filters, scopes, hidden fields, other partners, waiting, and everything that is refused. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { eventBodies } from "#contract/event-bodies.ts";
import { relayRound } from "#events/relay.ts";
import { fanOutOf } from "#events/render.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { eventLog } from "#store/event-log.ts";
import gateway from "../../demo/gateway.ts";
import { type NodeGateway, serveOnNode } from "../../src/testing/serve-on-node.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { queueOf } from "./log-world.ts";

let database: TestDatabase;
let store: Store;
let served: NodeGateway;
const keys = { first: "", second: "", bare: "", noEvents: "", test: "", margin: "" };
const scopes = ["events:read", "orders:read", "webhooks:read"];

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  // No request of these asks the ERP.
  const erp = { live: database.url, test: database.url };
  served = await serveOnNode({ definition: gateway, sources: new Map([["erp", erp]]), storeUrl: database.url, limited: true });
  await served.createPartner("first", { live: ["C1"], test: ["C1"] });
  await served.createPartner("second", { live: ["C2"] });
  keys.first = await served.createKey({ partner: "first", environment: "live", scopes });
  keys.margin = await served.createKey({ partner: "first", environment: "live", scopes: [...scopes, "orders.margin:read"] });
  keys.test = await served.createKey({ partner: "first", environment: "test", scopes });
  keys.bare = await served.createKey({ partner: "first", environment: "live", scopes: ["events:read"] });
  keys.noEvents = await served.createKey({ partner: "first", environment: "live", scopes: ["orders:read"] });
  keys.second = await served.createKey({ partner: "second", environment: "live", scopes });
}, 60_000);
afterAll(async () => {
  await served?.stop();
  await store?.destroy();
  await database?.drop();
});
beforeEach(async () => {
  await sql`TRUNCATE sluice.events, sluice.partner_events, sluice.partner_heads, sluice.entity_heads CASCADE`.execute(store);
});

const orders = gateway.contracts.find(({ name }) => name === "orders");
const example = orders?.example ?? {};

async function happen(...changes: readonly Partial<Captured>[]): Promise<void> {
  const captured = changes.map(
    (change): Captured => ({
      key: randomBytes(9).toString("hex"),
      resource: "orders",
      id: "1",
      operation: "created",
      before: undefined,
      after: { ...example, id: change.id ?? "1" },
      changed: new Set(),
      accounts: ["C1"],
      at: Date.UTC(2026, 10, 24),
      origin: "erp",
      ...change,
    }),
  );
  const parts = {
    rulesOf: (name: string) => gateway.contracts.find((contract) => contract.name === name)?.events ?? {},
    records: eventLog(() => store),
    fanOut: fanOutOf(eventBodies(gateway.contracts, () => undefined)),
    now: Date.now,
  };
  await relayRound(parts, queueOf(captured));
}

async function ask(target: string, key = keys.first, signal?: AbortSignal) {
  const response = await fetch(`${served.url}/v1/events${target}`, { headers: { Authorization: `Bearer ${key}` }, ...(signal && { signal }) });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text), headers: response.headers };
}

test("events are read page by page, each once and in order, and every page says up to where it looked", async () => {
  await happen(...Array.from({ length: 7 }, (_, at) => ({ id: `O${at}` })));
  const seen: string[] = [];
  let after = 0;
  for (let page = 0; page < 3; page += 1) {
    const { body } = await ask(`?after=${after}&limit=3`);
    seen.push(...body.data.map(({ resource_id: id }: { resource_id: string }) => id));
    expect(body).toMatchObject({ passed_over: 0, latest_seq: 7 });
    after = body.next_after;
  }
  expect(seen).toEqual(["O0", "O1", "O2", "O3", "O4", "O5", "O6"]);
  expect((await ask(`?after=${after}`)).body).toEqual({ data: [], next_after: 7, passed_over: 0, latest_seq: 7 });
});

test("a filter, and a key that may not see everything, are told how much was passed over", async () => {
  await happen({ id: "A" }, { id: "B", operation: "deleted", after: undefined }, { id: "A", operation: "changed", changed: new Set(["confirmed_on"]) });
  const types = await ask("?type=order.removed,order.confirmed");
  expect(types.body).toMatchObject({
    data: [
      { type: "order.removed", seq: 2, data: null },
      { type: "order.confirmed", seq: 3 },
    ],
    next_after: 3,
    passed_over: 1,
  });
  expect((await ask("?resource=orders&resource_id=A")).body).toMatchObject({ data: [{ seq: 1 }, { seq: 3 }], next_after: 3, passed_over: 1 });
  expect((await ask("", keys.bare)).body).toEqual({ data: [], next_after: 3, passed_over: 3, latest_seq: 3 });
  expect(await ask("?type=order.removed", keys.bare)).toMatchObject({ status: 403, body: { code: "insufficient-scope" } });
  expect(await ask("?resource=orders", keys.bare)).toMatchObject({ status: 403 });
});

test("what is rare is found among many others within one request", async () => {
  await happen(...Array.from({ length: 30 }, () => ({})), { id: "rare" });
  const page = await ask("?resource=orders&resource_id=rare&limit=1");
  expect(page.body).toMatchObject({ data: [{ seq: 31 }], passed_over: 30 });
});

test("hidden fields are there only for a key that may see them, in data and in what was before", async () => {
  const before = { ...example, id: "1", margin: { amount: "1.00", currency: "EUR" }, confirmed_on: null };
  await happen({
    operation: "changed",
    before,
    changed: new Set(["confirmed_on", "margin"]),
    after: { ...example, id: "1", margin: { amount: "77.00", currency: "EUR" } },
  });
  const [plain, whole] = [await ask(""), await ask("", keys.margin)];
  expect(plain.text).not.toContain("margin");
  expect(whole.body.data[0]).toMatchObject({ data: { margin: { amount: "77.00" } }, previous: { margin: { amount: "1.00" }, confirmed_on: null } });
  expect(plain.body.data[0].previous).toEqual({ confirmed_on: null });
});

test("another partner's events, and those of the other environment, are not there by list or by id", async () => {
  await happen({ accounts: ["C1"] }, { accounts: ["C2"], id: "theirs" });
  const { body } = await ask("");
  expect(body).toMatchObject({ data: [{ seq: 1, resource_id: "1" }], latest_seq: 1 });
  const [theirs] = (await ask("", keys.second)).body.data;
  expect(theirs).toMatchObject({ seq: 1, resource_id: "theirs" });
  expect(await ask(`/${theirs.id}`)).toMatchObject({ status: 404, body: { code: "not-found" } });
  expect(await ask(`/${theirs.id}`, keys.second)).toMatchObject({ status: 200, body: theirs });
  expect(await ask(`/${body.data[0].id}`, keys.bare)).toMatchObject({ status: 403 });
  expect((await ask("", keys.test)).body).toMatchObject({ data: [], latest_seq: 0 });
});

test("a key without the scope is refused, and without a key nobody is told anything", async () => {
  expect(await ask("", keys.noEvents)).toMatchObject({ status: 403, body: { code: "insufficient-scope" } });
  expect(await ask("", "slc_live_nobody")).toMatchObject({ status: 401 });
});

test.each([
  ["?after=-1", 400, "invalid-parameter"],
  ["?after=01", 400, "invalid-parameter"],
  ["?after=99999999999999999999", 400, "invalid-parameter"],
  ["?after=1", 400, "invalid-parameter"],
  ["?limit=0", 400, "invalid-parameter"],
  ["?limit=501", 400, "invalid-parameter"],
  ["?wait=31", 400, "invalid-parameter"],
  ["?wait=1.5", 400, "invalid-parameter"],
  ["?type=", 400, "invalid-parameter"],
  ["?type=order.eaten", 400, "invalid-parameter"],
  ["?resource=none", 400, "invalid-parameter"],
  ["?resource_id=1", 400, "invalid-parameter"],
  ["?cursor=x", 400, "unknown-parameter"],
  ["?after=0&after=1", 400, "invalid-parameter"],
  ["/evt_none", 404, "not-found"],
  ["/evt_none?fields=id", 400, "unknown-parameter"],
])("%s is refused with an exact problem", async (target, status, code) => {
  expect(await ask(target)).toMatchObject({ status, body: { code } });
});

test("what was deleted for its age is not passed over in silence: 410 names the first number that is kept", async () => {
  await happen(...Array.from({ length: 5 }, (_, at) => ({ id: `O${at}` })));
  await sql`DELETE FROM sluice.events WHERE resource_id IN ('O0', 'O1')`.execute(store);
  expect(await ask("?after=0")).toMatchObject({ status: 410, body: { code: "events-no-longer-kept", oldest_seq: 3 } });
  expect((await ask("?after=2")).body.data.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4, 5]);
  expect((await ask("")).body.data.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4, 5]);
  await sql`DELETE FROM sluice.events`.execute(store);
  expect(await ask("?after=2")).toMatchObject({ status: 410, body: { oldest_seq: 6 } });
  expect((await ask("?after=5")).body).toEqual({ data: [], next_after: 5, passed_over: 0, latest_seq: 5 });
});

test("who waits is answered as soon as there is something, and only by what it may see", async () => {
  const waiting = ask("?wait=20&type=order.removed");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await happen({ id: "A" }, { id: "T", accounts: ["C2"] });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await happen({ id: "A", operation: "deleted", after: undefined });
  expect((await waiting).body).toMatchObject({ data: [{ type: "order.removed", seq: 2 }], next_after: 2, passed_over: 1 });
});

test("who waits in vain is answered with nothing when its time is over", async () => {
  expect((await ask("?wait=1")).body).toEqual({ data: [], next_after: 0, passed_over: 0, latest_seq: 0 });
});

test("waiting requests are bounded per partner, and give their place back when their client goes away", async () => {
  const leave = new AbortController();
  const waiting = Array.from({ length: 10 }, () => ask("?wait=30", keys.first, leave.signal).catch(() => "gone"));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const refused = await ask("?wait=1");
  expect(refused).toMatchObject({ status: 429, body: { code: "quota-exceeded", "violated-policies": ["waiting"] } });
  expect(refused.headers.get("retry-after")).toBe("5");
  expect((await ask("", keys.first)).status).toBe(200);
  expect((await ask("?wait=1", keys.second)).status).toBe(200);
  leave.abort();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["gone"]));
  await expect.poll(async () => (await ask("?wait=1")).status, { timeout: 10_000 }).toBe(200);
});

test("a record that does not fit its contract holds nothing back: the event is shown without it, and says so", async () => {
  await happen({ id: "A", after: { ...example, id: "A", status: "eaten" } }, { id: "B" });
  const { body } = await ask("");
  expect(body.data).toMatchObject([
    { resource_id: "A", data: null, problem: "source-data-invalid" },
    { resource_id: "B", data: { id: "B" } },
  ]);
  expect(body.data[1]).not.toHaveProperty("problem");
});
