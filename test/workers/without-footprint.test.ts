/** Writes into an ERP that takes none of the gateway's tables, from a Worker: whose connections last as long as a request, and which does nothing in between. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withClient } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { bareScopes, bareShopGateway, overAfterMs, shortLimits } from "../writes/bare-shop.ts";
import { anOrder } from "../writes/serve-bare-shop.ts";
import { type ShopDatabase, shopDatabase } from "../writes/serve-shop.ts";
import { buildWorker } from "./bundle.ts";
import { serveInWorkerd, type WorkerGateway } from "./serve-in-workerd.ts";

let shop: ShopDatabase;
let store: TestDatabase;
let worker: WorkerGateway;
let key: string;
beforeAll(async () => {
  shop = await shopDatabase("postgres", undefined, "none");
  store = await createDatabase(gatewayTables);
  const parts = {
    definition: bareShopGateway("postgres"),
    sources: new Map([["shop", { live: shop.url, test: shop.url }]]),
    storeUrl: store.url,
    variables: shortLimits,
  };
  worker = await serveInWorkerd(parts, await buildWorker("test/workers/bare-shop/wrangler.toml"));
  await worker.createPartner("first", { live: ["C1"], test: [] });
  key = await worker.createKey({ partner: "first", environment: "live", scopes: bareScopes });
}, 180_000);
afterAll(async () => {
  await worker?.stop();
  await store?.drop();
  await shop?.drop();
});

async function place(order: object, idempotencyKey: string = randomUUID()) {
  const response = await fetch(`${worker.url}/v1/orders`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body: JSON.stringify(order),
  });
  const text = await response.text();
  return { status: response.status, text, code: JSON.parse(text).code, location: response.headers.get("location") };
}

const ordersOf = async (reference: string) => shop.rows(`SELECT ordno FROM ordhdr WHERE refno = '${reference}'`);

test("an order is placed, replayed to the byte, and a duplicate under another key", async () => {
  const idempotencyKey = randomUUID();
  const placed = await place(anOrder("from the edge"), idempotencyKey);
  expect(placed.status, placed.text).toBe(201);
  expect(await place(anOrder("from the edge"), idempotencyKey)).toEqual(placed);
  expect(await place(anOrder("from the edge"))).toMatchObject({ status: 409, code: "duplicate", location: placed.location });
  expect(await ordersOf("from the edge")).toHaveLength(1);
});

test("of 20 identical requests at once one has an effect", async () => {
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => place(anOrder("twenty"), idempotencyKey)));
  for (const { status, text } of answers) expect([201, 409, 503], text).toContain(status);
  expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBeLessThanOrEqual(1);
  expect(await ordersOf("twenty")).toHaveLength(1);
});

test("what was left unfinished is ended by the next request, since nothing runs in between", async () => {
  const [idempotencyKey, otherKey] = [randomUUID(), randomUUID()];
  await place(anOrder("left over"), idempotencyKey);
  const setBack = (reference: string, ms: number) =>
    withClient(store.url, (client) =>
      client.query(
        `UPDATE sluice.receipts SET state = 'started', ended_at = NULL, answer = NULL, started_at = clock_timestamp() - $2 * interval '1 millisecond' WHERE natural_key = $1`,
        [reference, ms],
      ),
    );
  await setBack("left over", 2_000);
  expect(await place(anOrder("left over"), idempotencyKey)).toMatchObject({
    status: 201,
    location: `/v1/orders/${(await ordersOf("left over"))[0]?.[0]}`.trim(),
  });
  await shop.run("DELETE FROM ordhdr WHERE refno = 'left over'");
  await setBack("left over", 2_000);
  expect(await place(anOrder("left over"), idempotencyKey)).toMatchObject({ status: 409, code: "in-progress" });
  await setBack("left over", overAfterMs + 1_000);
  expect(await place(anOrder("left over"), otherKey)).toMatchObject({ status: 409, code: "in-progress" });
  expect((await place(anOrder("left over"), otherKey)).status).toBe(201);
  expect(await ordersOf("left over")).toHaveLength(1);
});
