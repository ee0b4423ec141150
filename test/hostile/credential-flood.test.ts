/** Invalid credentials by the thousand: each refused the same way, none looked up, then the address is not looked at any more. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { formatKey, generateKey } from "#control-plane/api-keys/format.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { sendRaw } from "../support/raw-http.ts";

const failures = 3_000;
let databases: DemoDatabases;
let tables: TestDatabase;
let served: NodeGateway;
let key: string;
let restricted: string;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  tables = await createDatabase(gatewayTables);
  served = await serveOnNode({
    definition: gateway,
    sources: databases.sources,
    storeUrl: tables.url,
    variables: { AUTH_FAILURES: String(failures), AUTH_FAILURES_WINDOW_SECONDS: "600", TRUSTED_PROXIES: "127.0.0.1" },
  });
  await served.createPartner("first", { live: ["C0000001"], test: [] });
  key = await served.createKey({ partner: "first", environment: "live", scopes: ["products:read"] });
  restricted = await served.createKey({ partner: "first", environment: "live", scopes: ["products:read"] });
}, 120_000);
afterAll(async () => {
  await served.stop();
  await tables.drop();
  await databases.drop();
});

const counted = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, "m").exec(served.metrics())?.[1]);

async function ask(token: string, from: string, path = "/v1/products?limit=1&fields=id") {
  const response = await fetch(served.url + path, { headers: { Authorization: `Bearer ${token}`, "X-Forwarded-For": from } });
  const { code } = z.object({ code: z.string().optional() }).parse(await response.json());
  return { status: response.status, code, retryAfter: response.headers.get("retry-after"), challenge: response.headers.get("www-authenticate") };
}

/** Neither a form that is none, nor a key with a wrong letter, nor what is far too long. */
function junk(number: number): string {
  const near = formatKey(generateKey("live"));
  const wrong = key.slice(0, 20 + (number % 40)) + (key[20 + (number % 40)] === "x" ? "y" : "x") + key.slice(21 + (number % 40));
  return (
    [near.slice(0, -1), `${near}0`, near.toUpperCase(), wrong, "a".repeat(513 + (number % 3_000)), `slc_live_${number}`, `${near.slice(0, -3)}abc`][
      number % 7
    ] ?? ""
  );
}

test("are all 401, word for word, without one lookup; the one after them is 429, also with a key that is new here, and one in use goes on", {
  timeout: 120_000,
}, async () => {
  expect((await ask(key, "192.0.2.1")).status).toBe(200);
  const before = counted("sluice_credentials_lookups_total");
  const answers = new Map<string, number>();
  for (let number = 0; number < failures; number += 50) {
    const batch = await Promise.all(Array.from({ length: 50 }, (_, at) => ask(junk(number + at), "192.0.2.1")));
    for (const { status, code, challenge } of batch) answers.set(`${status} ${code} ${challenge}`, (answers.get(`${status} ${code} ${challenge}`) ?? 0) + 1);
  }
  expect([...answers]).toEqual([['401 unauthenticated Bearer realm="api"', failures]]);
  for (const token of [junk(0), formatKey(generateKey("live")), restricted]) {
    const throttled = await ask(token, "192.0.2.1");
    expect(throttled).toMatchObject({ status: 429, code: "too-many-failures" });
    expect(Number(throttled.retryAfter)).toBeGreaterThan(500);
  }
  expect(counted("sluice_credentials_lookups_total")).toBe(before);
  expect((await ask(key, "192.0.2.1")).status).toBe(200);
  expect((await ask(restricted, "192.0.2.2")).status).toBe(200);
  expect((await ask(junk(1), "::ffff:192.0.2.1")).status).toBe(429);
});

test("a client that writes its own X-Forwarded-For is still the one its proxy saw", async () => {
  expect((await ask(junk(1), "198.51.100.9, 192.0.2.1")).status).toBe(429);
});

test("a header that is longer than any header may be is 431, with no lookup", async () => {
  const before = counted("sluice_credentials_lookups_total");
  const { port } = served;
  expect((await sendRaw(port, `GET /v1/products HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${"a".repeat(20_000)}\r\n\r\n`)).status).toBe(431);
  expect(counted("sluice_credentials_lookups_total")).toBe(before);
});
