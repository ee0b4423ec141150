/** A Worker in trouble: databases that are locked, slow, gone or silent cost one answer each, and no connection stays behind. */
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { perform } from "#control-plane/perform.ts";
import { connectStore } from "#store/connect.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases, withClient } from "../projects/demo/databases.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { serveInWorkerd, type WorkerGateway } from "./serve-in-workerd.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let erpWay: TcpProxy;
let storeWay: TcpProxy;
let worker: WorkerGateway;
let key: string;
const scopes = [...declaredScopes(gateway.contracts)];

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  [erpWay, storeWay] = [await startProxy(addressOf(databases.live.url)), await startProxy(addressOf(store.url))];
  worker = await serveInWorkerd({
    definition: gateway,
    sources: new Map([["erp", { live: through(erpWay, databases.live.url), test: databases.test.url }]]),
    storeUrl: through(storeWay, store.url),
    variables: { SOURCE_TIMEOUT_MS: "2000", SOURCE_LOCK_TIMEOUT_MS: "300", STORE_TIMEOUT_MS: "500" },
    operatorStoreUrl: store.url,
  });
  await worker.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  key = await newKey("live");
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  for (const way of [erpWay, storeWay]) await way?.close();
  await store?.drop();
  await databases?.drop();
});

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

function through(way: TcpProxy, url: string): string {
  const changed = new URL(url);
  changed.host = `127.0.0.1:${way.port}`;
  return changed.href;
}

function newKey(environment: "live" | "test"): Promise<string> {
  return worker.createKey({ partner: "first", environment, scopes });
}

interface Reply {
  readonly status: number;
  readonly code: unknown;
  readonly retryAfter: string | null;
}

async function ask(path: string, token = key, signal?: AbortSignal): Promise<Reply> {
  const response = await fetch(worker.url + path, { headers: { Authorization: `Bearer ${token}` }, ...(signal && { signal }) });
  const text = await response.text();
  const code: unknown = response.status >= 400 ? JSON.parse(text).code : undefined;
  return { status: response.status, code, retryAfter: response.headers.get("retry-after") };
}

const inErp = <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => withClient(databases.live.url, work);

/** Backends that the Worker holds in its databases. */
async function connections(): Promise<number> {
  const names = [databases.live.name, databases.test.name];
  return inErp(async (client) => {
    const { rows } = await client.query<{ n: number }>(
      "SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid()",
      [names],
    );
    return (rows[0]?.n ?? 0) + storeWay.open;
  });
}

const nothingStaysOpen = () => expect.poll(connections, { timeout: 10_000 }).toBe(0);
const unavailable = { status: 503, code: "source-unavailable", retryAfter: expect.stringMatching(/^\d+$/) };
const theRestServes = async (): Promise<void> => {
  for (const path of ["/docs", "/health", "/openapi/2026-11-01.json"]) expect((await fetch(worker.url + path)).status, path).toBe(200);
  expect((await ask("/v1/orders?limit=1", await newKey("test"))).status).toBe(200);
};

test("no connection outlives its request, whether it was answered, refused or failed, alone or among others", async () => {
  const paths = ["/v1/orders?limit=1", "/v1/orders?expand=lines", "/v1/products?limit=5", "/v1/orders/none", "/v1/orders?nonsense=1", "/v1/nothing"];
  for (const path of paths) await ask(path);
  await nothingStaysOpen();
  await Promise.all(Array.from({ length: 24 }, (_, index) => ask(paths[index % paths.length] ?? "")));
  await nothingStaysOpen();
});

test("many first requests at once with one key are all answered: none waits for what another one looks up", async () => {
  for (let round = 0; round < 3; round += 1) {
    const fresh = await newKey("live");
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask("/v1/stock?limit=1", fresh)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  }
});

test("a client that goes away takes its connections along, and nobody else's", async () => {
  await inErp(async (client) => {
    await client.query(`BEGIN; LOCK TABLE "OEHDR" IN ACCESS EXCLUSIVE MODE`);
    const gone = new AbortController();
    const left = ask("/v1/orders?limit=1", key, gone.signal).catch(() => "left");
    await expect.poll(connections).toBeGreaterThan(0);
    const others = Promise.all(Array.from({ length: 4 }, () => ask("/v1/products?limit=1")));
    gone.abort();
    expect(await left).toBe("left");
    expect((await others).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await client.query("ROLLBACK");
  });
  await nothingStaysOpen();
});

test("a client that goes away while its key or the ERP's catalogue is looked up leaves no other one waiting", async () => {
  const [fresh, gone] = [await newKey("live"), new AbortController()];
  const others = await withClient(store.url, async (client) => {
    await client.query("BEGIN; LOCK TABLE sluice.api_keys IN ACCESS EXCLUSIVE MODE");
    const left = ask("/v1/orders?limit=1", fresh, gone.signal).catch(() => "left");
    await expect.poll(() => storeWay.open).toBe(1);
    const asked = Promise.all(Array.from({ length: 4 }, () => ask("/v1/orders?limit=1", fresh)));
    await expect.poll(() => storeWay.open).toBe(5);
    gone.abort();
    expect(await left).toBe("left");
    await client.query("ROLLBACK");
    return asked;
  });
  expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

test("more requests at once than turns at the ERP are all answered: those that wait are called by those that end", async () => {
  await Promise.all(["/v1/stock?limit=1", "/v1/products?limit=1"].map((path) => ask(path)));
  const replies = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(index % 2 === 0 ? "/v1/stock?limit=1" : "/v1/products?limit=1")));
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
  await nothingStaysOpen();
});

test("clients that go away give their turns back: as many as there are turns, and the next one is served", async () => {
  await inErp(async (client) => {
    await client.query(`BEGIN; LOCK TABLE "OEHDR" IN ACCESS EXCLUSIVE MODE`);
    const gone = new AbortController();
    const left = Promise.allSettled(Array.from({ length: 15 }, () => ask("/v1/orders?limit=1", key, gone.signal)));
    await expect.poll(connections).toBeGreaterThan(4);
    gone.abort();
    expect((await left).every(({ status }) => status === "rejected")).toBe(true);
    await client.query("ROLLBACK");
  });
  await nothingStaysOpen();
  expect(await Promise.all(Array.from({ length: 5 }, () => ask("/v1/orders?limit=1").then(({ status }) => status)))).toEqual([200, 200, 200, 200, 200]);
});

test("an ERP that stays away is left alone, requests are answered at once, and a request finds out that it is back", async () => {
  await erpWay.turn("refuse");
  await expect
    .poll(async () => {
      expect(await ask("/v1/orders?limit=1")).toEqual(unavailable);
      return worker.log().includes('"trouble":"breaker-open"');
    })
    .toBe(true);
  await theRestServes();
  await erpWay.turn("pass");
  await expect.poll(async () => (await ask("/v1/orders?limit=1")).status, { timeout: 15_000 }).toBe(200);
});

test("a key that was revoked is refused, as soon as what is known of it is a second old", async () => {
  const token = await newKey("live");
  expect((await ask("/v1/orders?limit=1", token)).status).toBe(200);
  const own = connectStore({ url: store.url, poolSize: 1, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  await did(perform(planeOver(own), keyRevoke, { key: token.split("_")[2] ?? "" }, askingAt(Date.now())));
  await own.destroy();
  await expect.poll(async () => (await ask("/v1/orders?limit=1", token)).status, { timeout: 5_000 }).toBe(401);
});

test("statements run read only, with every limit and setting, in the ERP's own eyes", async () => {
  await inErp(async (client) => {
    await client.query(`
      CREATE FUNCTION sees() RETURNS boolean LANGUAGE sql VOLATILE AS $$
        SELECT current_setting('transaction_read_only') = 'on' AND current_setting('statement_timeout') = '2s' AND current_setting('lock_timeout') = '300ms'
          AND current_setting('TimeZone') = 'UTC' AND current_setting('application_name') = 'sluice' $$;
      ALTER TABLE "ARPAY" RENAME TO "ARPAY_ALL"; CREATE VIEW "ARPAY" AS SELECT * FROM "ARPAY_ALL" WHERE sees()`);
    const response = await fetch(`${worker.url}/v1/payments?limit=2`, { headers: { Authorization: `Bearer ${key}` } });
    expect(await response.json()).toMatchObject({ data: [{}, {}] });
    await client.query(`DROP VIEW "ARPAY"; ALTER TABLE "ARPAY_ALL" RENAME TO "ARPAY"; DROP FUNCTION sees`);
  });
});

test("a locked table or a slow statement is 503 for who needs it, ended by the ERP itself, and then serves again", async () => {
  const waiting = (client: pg.Client) =>
    client.query("SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'");
  await inErp(async (client) => {
    await client.query(`BEGIN; LOCK TABLE "OEHDR" IN ACCESS EXCLUSIVE MODE`);
    expect(await ask("/v1/orders?limit=1")).toEqual(unavailable);
    expect((await waiting(client)).rows).toEqual([]);
    expect((await ask("/v1/products?limit=1")).status).toBe(200);
    await client.query("ROLLBACK");
    await client.query(`ALTER TABLE "ARPAY" RENAME TO "ARPAY_FAST"; CREATE VIEW "ARPAY" AS SELECT * FROM "ARPAY_FAST" WHERE pg_sleep(1) IS NOT NULL`);
    expect(await ask("/v1/payments?limit=50")).toEqual(unavailable);
    expect((await waiting(client)).rows).toEqual([]);
    await client.query(`DROP VIEW "ARPAY"; ALTER TABLE "ARPAY_FAST" RENAME TO "ARPAY"`);
  });
  for (const path of ["/v1/orders?limit=1", "/v1/payments?limit=1"]) expect((await ask(path)).status, path).toBe(200);
  await nothingStaysOpen();
});

for (const mode of ["refuse", "reset", "hang"] as const) {
  test(`an ERP that is gone (${mode}) is 503 with Retry-After, all else serves on, and so does the ERP once it is back`, async () => {
    await erpWay.turn(mode);
    expect(await ask("/v1/orders?limit=1")).toEqual(unavailable);
    await theRestServes();
    expect(await (await fetch(`${worker.url}/health`)).json()).toMatchObject({ status: "degraded", sources: { "erp.live": "unavailable" } });
    await erpWay.turn("pass");
    await expect.poll(async () => (await ask("/v1/orders?limit=1")).status, { timeout: 10_000 }).toBe(200);
    await nothingStaysOpen();
  });

  test(`a store that is gone (${mode}) is 503 for every key that is not known, documents and pages serve on`, async () => {
    const token = await newKey("live");
    await storeWay.turn(mode);
    expect(await ask("/v1/orders?limit=1", token)).toEqual({ ...unavailable, code: "gateway-unavailable" });
    for (const path of ["/docs", "/health"]) expect((await fetch(worker.url + path)).status, path).toBe(200);
    await storeWay.turn("pass");
    await expect.poll(async () => (await ask("/v1/orders?limit=1", token)).status, { timeout: 10_000 }).toBe(200);
    await nothingStaysOpen();
  });
}

test("an answer that is cut off half way is 503, never half an answer", async () => {
  erpWay.cutAfter(3_000);
  expect(await ask("/v1/orders?limit=200&expand=lines")).toEqual(unavailable);
  erpWay.cutAfter(undefined);
  expect((await ask("/v1/orders?limit=200&expand=lines")).status).toBe(200);
});

test("the log of all this is JSON lines, with the trouble and without a password", async () => {
  // Besides the Worker's own lines there are workerd's, of what stands in for Hyperdrive here.
  const lines = worker
    .log()
    .split("\n")
    .filter((line) => line !== "" && !/^(failed to connect to local database|stack: )/.test(line));
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) expect(JSON.parse(line), line).toMatchObject({ level: expect.any(Number), time: expect.any(String), msg: expect.any(String) });
  for (const trouble of ["timeout", "locked", "connection"]) expect(worker.log()).toContain(`"trouble":"${trouble}"`);
  for (const secret of [new URL(store.url).password, ...worker.ownSecrets, key]) expect(worker.log()).not.toContain(secret);
});
