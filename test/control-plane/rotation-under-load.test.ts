/** Keys are rotated under load, over HTTP and two gateways: not one request of a client that changes over in time is refused. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyRotate } from "#control-plane/api-keys/rotate.ts";
import { keyShow } from "#control-plane/api-keys/show.ts";
import { perform } from "#control-plane/perform.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { makeSecrets } from "#testing/served-gateway.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../projects/demo/databases.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

const overlapSeconds = 600;
const rotations = 4;
const clients = 8;
/** How far the gateways' clock is ahead. */
let ahead = 0;
const now = (): number => Date.now() + ahead;
let databases: DemoDatabases;
let store: TestDatabase;
let gateways: readonly NodeGateway[];
let first: string;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  const secrets = makeSecrets();
  const serve = () => serveOnNode({ definition: gateway, sources: databases.sources, storeUrl: store.url, secrets, now });
  gateways = [await serve(), await serve()];
  await gateways[0]?.createPartner("first", { live: ["C0000001"], test: [] });
  first = (await gateways[0]?.createKey({ partner: "first", environment: "live", scopes: ["orders:read"] })) ?? "";
}, 120_000);
afterAll(async () => {
  for (const one of gateways) await one.stop();
  await store.drop();
  await databases.drop();
});

const idOf = (token: string): string => token.split("_")[2] ?? "";

async function ask(at: number, token: string): Promise<number> {
  const answer = await fetch(`${gateways[at % gateways.length]?.url}/v1/orders?limit=1`, { headers: { Authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

test("a client that changes over within the overlap never meets a 401, and the keys of before end when they were to", { timeout: 60_000 }, async () => {
  const [operator] = gateways;
  if (!operator) throw new Error("no gateway");
  const rotate = async (token: string): Promise<string> =>
    (await did(perform(operator.plane, keyRotate, { key: idOf(token), overlap_seconds: overlapSeconds }, askingAt(now())))).key;

  const answers = new Map<number, number>();
  const tokens = [first];
  let over = false;
  // Each client takes up a new key some requests after it was made, as programs do that read their settings now and then.
  const load = Array.from({ length: clients }, async (_, client) => {
    let [token, asked] = [first, 0];
    while (!over) {
      asked += 1;
      if (asked % (5 + client * 3) === 0) token = tokens.at(-1) ?? token;
      const status = await ask(client + asked, token);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  });
  for (let count = 0; count < rotations; count += 1) {
    tokens.push(await rotate(tokens.at(-1) ?? ""));
    await sleep(500);
  }
  over = true;
  await Promise.all(load);
  expect([...answers.keys()]).toEqual([200]);
  expect(answers.get(200)).toBeGreaterThan(clients * rotations);

  // Within the overlap each of them works on each gateway; after it only the newest does.
  for (const token of tokens) expect([await ask(0, token), await ask(1, token)]).toEqual([200, 200]);
  const newest = tokens.at(-1) ?? "";
  const shown = await did(perform(operator.plane, keyShow, { key: idOf(newest) }, askingAt(now())));
  expect(shown.versions.map(({ id }) => id)).toEqual(tokens.map(idOf).reverse());
  ahead = overlapSeconds * 1_000;
  for (const token of tokens.slice(0, -1)) await expect.poll(async () => [await ask(0, token), await ask(1, token)], { timeout: 10_000 }).toEqual([401, 401]);
  expect([await ask(0, newest), await ask(1, newest)]).toEqual([200, 200]);
});
