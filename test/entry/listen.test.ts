/** `sluice listen`, as a partner's developer uses it: against a served gateway, outside of any project. */
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { eventBodies } from "#contract/event-bodies.ts";
import { relayRound } from "#events/relay.ts";
import { fanOutOf } from "#events/render.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { eventLog } from "#store/event-log.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { queueOf } from "../events/log-world.ts";
import depot from "../faults/depot/gateway.ts";
import { tables } from "../faults/depot/tables.ts";
import { withClient } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { answers } from "../support/receivers/behaviours.ts";
import { type Receiver, startReceiver } from "../support/receivers/receiver.ts";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { type GatewayProcess, runNode } from "./gateway-process.ts";

let databases: readonly TestDatabase[];
let gateway: NodeGateway;
let store: Store;
let proxy: TcpProxy;
let app: Receiver;
let keys: { readonly reads: string; readonly lacks: string };
const started: GatewayProcess[] = [];

beforeAll(async () => {
  const [erp, own] = [await createDatabase(), await createDatabase(gatewayTables)];
  databases = [erp, own];
  await withClient(erp.url, (client) => client.query(tables));
  gateway = await serveOnNode({ definition: depot, sources: new Map([["depot", { live: erp.url, test: erp.url }]]), storeUrl: own.url });
  store = connectStore({ url: own.url, poolSize: 2, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  await gateway.createPartner("First", { live: [], test: ["C1"] });
  const key = (...scopes: string[]) => gateway.createKey({ partner: "First", environment: "test", scopes });
  keys = { reads: await key("events:read", "parcels:read"), lacks: await key("parcels:read") };
  proxy = await startProxy({ host: "127.0.0.1", port: gateway.port });
}, 120_000);
afterAll(async () => {
  await proxy?.close();
  await gateway?.stop();
  await store?.destroy();
  for (const database of databases) await database.drop();
});
beforeEach(async () => {
  app = await startReceiver();
});
afterEach(async () => {
  for (const { child } of started) child.kill("SIGKILL");
  await Promise.all(started.splice(0).map((one) => one.ends()));
  await proxy.turn("pass");
  await app.close();
});

let count = 0;

/** A parcel is registered; its id. */
async function happens(change: Partial<Captured> = {}): Promise<string> {
  count += 1;
  const id = `P${count}`;
  const after = { id, customer_id: "C1", moves: 0, place: "Größe 東京 🚚", items: [] };
  const one: Captured = {
    ...{ key: `k${count}`, resource: "parcels", id, operation: "created", before: undefined, after, changed: new Set(), accounts: ["C1"] },
    ...{ at: Date.now(), origin: "erp" },
    ...change,
  };
  const source = { ...queueOf([one]), environment: "test" as const };
  const contract = new Map(depot.contracts.map(({ name, events }) => [name, events]));
  const parts = {
    rulesOf: (name: string) => contract.get(name) ?? {},
    records: eventLog(() => store),
    fanOut: fanOutOf(eventBodies(depot.contracts, () => undefined)),
    now: Date.now,
  };
  await relayRound(parts, source);
  return id;
}

async function listening(...words: readonly string[]): Promise<GatewayProcess> {
  const one = runNode(["src/entry/cli.ts", "listen", "--url", `http://127.0.0.1:${proxy.port}`, ...words], { API_KEY: keys.reads });
  started.push(one);
  await expect.poll(() => one.err(), { timeout: 10_000 }).toContain("Waiting for events");
  // It asks once where the log ends.
  await expect.poll(() => proxy.open, { timeout: 10_000 }).toBeGreaterThan(0);
  await sleep(300);
  return one;
}

const forward = () => ["--forward", `${app.url}/hook`];
const lines = ({ out }: GatewayProcess): string[] => out().trimEnd().split("\n").filter(Boolean);
const whole = (one: GatewayProcess, wanted: number) => expect.poll(() => lines(one).length, { timeout: 10_000 }).toBe(wanted);

test("what happens from now on is told in a line, and arrives as a webhook that verifies, to the byte as the log has it", async () => {
  await happens();
  const one = await listening(...forward());
  const id = await happens();
  await whole(one, 1);
  expect(lines(one)[0]).toMatch(new RegExp(`^#\\d+  parcel\\.registered  parcels/${id}  erp  -> 204 \\(\\d+ ms\\)$`));
  const [received] = app.requests;
  if (received === undefined) return expect.unreachable("nothing came");
  const secret = /signed with (whsec_\S+)/.exec(one.err())?.[1] ?? "";
  const headers = Object.fromEntries(Object.entries(received.headers).map(([name, value]) => [name, String(value)]));
  const body = new Webhook(secret).verify(received.body, headers);
  expect(body).toMatchObject({ id: headers["webhook-id"], type: "parcel.registered", resource_id: id, data: { place: "Größe 東京 🚚" } });
  expect(received).toMatchObject({ method: "POST", path: "/hook", headers: { "content-type": "application/json" } });
  const page = await (await fetch(`${gateway.url}/v1/events?limit=500`, { headers: { Authorization: `Bearer ${keys.reads}` } })).text();
  expect(page).toContain(received.body.toString());
});

test("an answer that is no success, or none, is told and not repeated; the next event comes after it", async () => {
  app.turn(answers(500));
  const one = await listening(...forward());
  await happens();
  await whole(one, 1);
  await app.close();
  await happens();
  await whole(one, 2);
  expect(lines(one)[0]).toContain("-> 500 (");
  expect(lines(one)[1]).toContain("-> nothing listens there (");
  expect(app.requests).toHaveLength(1);
});

test("while the gateway cannot be reached it says so once; then all that happened comes, once and in order", async () => {
  const one = await listening(...forward());
  const ids = [await happens()];
  await whole(one, 1);
  await proxy.turn("refuse");
  await expect.poll(() => one.err(), { timeout: 10_000 }).toContain("does not answer");
  for (let number = 0; number < 5; number += 1) ids.push(await happens());
  await sleep(1_500);
  await proxy.turn("pass");
  await whole(one, ids.length);
  expect(lines(one).map((line) => /parcels\/(\S+)/.exec(line)?.[1])).toEqual(ids);
  expect(app.requests).toHaveLength(ids.length);
  expect(one.err().match(/does not answer/g)).toHaveLength(1);
  expect(one.err()).toContain("The gateway answers again.");
});

test("--from begins with that number, --types chooses, --secret signs, --json shows the whole event", async () => {
  const [first, second] = [await happens(), await happens()];
  const removed = await happens({ operation: "deleted", before: undefined, after: undefined });
  const number = (await lastNumber()) - 2;
  const given = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
  const all = await listening("--from", String(number), "--json", "--secret", given, ...forward());
  await whole(all, 3);
  const told = lines(all).map((line) => JSON.parse(line));
  expect(told.map(({ event }) => event.resource_id)).toEqual([first, second, removed]);
  expect(told[2]).toMatchObject({ event: { type: "parcel.removed", data: null }, forwarded: { status: 204, error: null } });
  for (const { body, headers } of app.requests)
    new Webhook(given).verify(body, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
  const some = await listening("--from", String(number), "--types", "parcel.removed,parcel.moved");
  await whole(some, 1);
  expect(lines(some)[0]).toBe(`#${number + 2}  parcel.removed  parcels/${removed}  erp`);
});

test("Ctrl-C ends it at once, with how to go on", async () => {
  const one = await listening();
  await happens();
  await whole(one, 1);
  one.child.kill("SIGINT");
  expect(await one.ends()).toBe(0);
  expect(one.err()).toContain(`--from ${(await lastNumber()) + 1} goes on behind it`);
});

describe("what cannot work is said, and ends it", () => {
  const run = async (words: readonly string[], variables: Record<string, string> = {}) => {
    const one = runNode(["src/entry/cli.ts", "listen", "--url", gateway.url, ...words], variables);
    started.push(one);
    return { code: await one.ends(), err: one.err() };
  };

  test("no key, a wrong one, one without the scope", async () => {
    expect(await run([])).toMatchObject({ code: 2, err: expect.stringContaining("--key is missing, and so is the variable API_KEY.") });
    expect(await run(["--key", "slc_test_nobody"])).toMatchObject({ code: 1 });
    expect(await run(["--key", keys.lacks])).toMatchObject({ code: 1, err: expect.stringContaining("events:read") });
  });

  test("an address, a number or a secret that is none, a type that there is not, a number that is not there yet", async () => {
    expect(await run(["--key", keys.reads, "--forward", "localhost:3000"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--forward takes an address"),
    });
    expect(await run(["--key", keys.reads, "--from", "0"])).toMatchObject({ code: 2, err: expect.stringContaining("--from takes the number") });
    expect(await run(["--key", keys.reads, "--secret", "whsec_short"])).toMatchObject({ code: 2, err: expect.stringContaining("--secret takes whsec_") });
    expect(await run(["--key", keys.reads, "--from", "1", "--types", "order.eaten"])).toMatchObject({ code: 1, err: expect.stringContaining('"order.eaten"') });
    expect(await run(["--key", keys.reads, "--from", "999999"])).toMatchObject({ code: 1, err: expect.stringContaining("The last number") });
  });

  test("what is no gateway", async () => {
    app.turn(answers(200, { "content-type": "text/html" }, "<p>Hello"));
    expect(await run(["--url", app.url, "--key", keys.reads])).toMatchObject({ code: 1, err: expect.stringContaining("is --url right?") });
  });
});

async function lastNumber(): Promise<number> {
  const page: unknown = await (await fetch(`${gateway.url}/v1/events?limit=1`, { headers: { Authorization: `Bearer ${keys.reads}` } })).json();
  return typeof page === "object" && page !== null ? Number(Reflect.get(page, "latest_seq")) : 0;
}
