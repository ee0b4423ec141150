/** What a partner and an operator see of a key at the edge: its end, the addresses it is bound to, its uses. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyChange } from "#control-plane/api-keys/change.ts";
import { keyRotate } from "#control-plane/api-keys/rotate.ts";
import { keyShow } from "#control-plane/api-keys/show.ts";
import { perform } from "#control-plane/perform.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../projects/demo/databases.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

const dayMs = 86_400_000;
let databases: DemoDatabases;
let tables: TestDatabase;
let served: NodeGateway;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  tables = await createDatabase(gatewayTables);
  served = await serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: tables.url, variables: { TRUSTED_PROXIES: "127.0.0.1" } });
  await served.createPartner("first", { live: ["C0000001"], test: [] });
}, 120_000);
afterAll(async () => {
  await served.stop();
  await tables.drop();
  await databases.drop();
});

const issue = (expiresAt?: number) => served.createKey({ partner: "first", environment: "live", scopes: ["products:read"], expiresAt });
const kidOf = (token: string): string => token.split("_")[2] ?? "";

async function ask(token: string, { path = "/v1/products?limit=1", from = "192.0.2.1" } = {}) {
  const response = await fetch(served.url + path, { headers: { Authorization: `Bearer ${token}`, "X-Forwarded-For": from } });
  await response.text();
  return { status: response.status, expires: response.headers.get("api-key-expires") };
}

test("answers to a key that ends within two weeks say when, as a Date of RFC 9651, and where to read on; others say nothing", async () => {
  const end = Date.now() + 13 * dayMs;
  const soon = await issue(end);
  const written = `@${Math.floor(end / 1000)};help="${served.url}/docs/guides/authentication#keys-that-end"`;
  for (const [path, status] of [
    ["/v1/products?limit=1", 200],
    ["/v1/products?nonsense=1", 400],
    ["/v1/orders?limit=1", 403],
    ["/v1/products/none", 404],
  ] as const)
    expect(await ask(soon, { path }), path).toEqual({ status, expires: written });
  expect(await ask(await issue(Date.now() + 15 * dayMs))).toEqual({ status: 200, expires: null });
  expect(await ask(await issue())).toEqual({ status: 200, expires: null });
  const page = await (await fetch(`${served.url}/docs/guides/authentication`)).text();
  expect(page).toContain('id="keys-that-end"');
});

test("a key that was rotated says so from then on, its successor does not", async () => {
  const old = await issue();
  expect((await ask(old)).expires).toBe(null);
  const now = Date.now();
  const made = await did(perform(served.plane, keyRotate, { key: kidOf(old), overlap_seconds: 3_600 }, askingAt(now)));
  // The change is told at once, and within half a second at the latest.
  await sleep(1_000);
  expect((await ask(old)).expires).toMatch(new RegExp(`^@${Math.floor((now + 3_600_000) / 1000)};`));
  expect((await ask(made.key)).expires).toBe(null);
});

test("a key that is bound to addresses is refused from others like any invalid one, and when nobody knows where it came from", async () => {
  const key = await issue();
  await did(perform(served.plane, keyChange, { key: kidOf(key), allow_from: ["192.0.2.0/24", "2001:db8::/32"] }, askingAt(Date.now())));
  await sleep(1_000);
  for (const from of ["192.0.2.1", "::ffff:192.0.2.200", "2001:DB8:1::1", "203.0.113.9, 192.0.2.7"]) expect((await ask(key, { from })).status, from).toBe(200);
  for (const from of ["192.0.3.1", "::ffff:192.0.3.1", "2001:db9::1", "192.0.2.7, 203.0.113.9", "unknown", "0300.0.2.1"])
    expect((await ask(key, { from })).status, from).toBe(401);
  await did(perform(served.plane, keyChange, { key: kidOf(key), allow_from: null }, askingAt(Date.now())));
  await sleep(1_000);
  expect((await ask(key, { from: "203.0.113.9" })).status).toBe(200);
});

test("the last use of a key is shown with its address, and no refused request counts as one", async () => {
  const [used, unused] = [await issue(), await issue()];
  const lastUse = async (key: string) => (await did(perform(served.plane, keyShow, { key: kidOf(key) }, askingAt(Date.now())))).last_use;
  const before = Date.now();
  await ask(used, { from: "192.0.2.1" });
  await ask(used, { from: "2001:DB8::7" });
  await ask(`${unused.slice(0, -1)}${unused.endsWith("0") ? "1" : "0"}`);
  const end = performance.now() + 10_000;
  while ((await lastUse(used)) === null) {
    expect(performance.now()).toBeLessThan(end);
    await sleep(100);
  }
  const use = await lastUse(used);
  expect(use?.address).toBe("2001:db8::7");
  expect(Math.abs(Date.parse(use?.at ?? "") - before)).toBeLessThan(10_000);
  expect(await lastUse(unused)).toBe(null);
});
