/** What a Worker notes of requests is written behind the answer, and what is too old is deleted by the cron trigger. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases, withClient } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { serveInWorkerd, type WorkerGateway } from "./serve-in-workerd.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let worker: WorkerGateway;
beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  worker = await serveInWorkerd({ definition: gateway, sources: databases.sources, storeUrl: store.url });
  await worker.createPartner("first", { live: ["C0000001"], test: [] });
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await store?.drop();
  await databases?.drop();
});

test("each request of a known caller is in its log and its usage, and old ones are deleted", async () => {
  const key = await worker.createKey({ partner: "first", environment: "live", scopes: ["orders:read"] });
  const ask = async (path: string) => fetch(worker.url + path, { headers: { Authorization: `Bearer ${key}` } });
  for (const path of ["/v1/orders?limit=1", "/v1/orders?nope=1", "/v1/products"]) await (await ask(path)).text();
  await withClient(store.url, async (client) => {
    const logged = async () => (await client.query<{ status: number }>("SELECT status FROM sluice.request_log ORDER BY at")).rows.map(({ status }) => status);
    for (const end = Date.now() + 10_000; (await logged()).length < 3 && Date.now() < end; ) await sleep(50);
    expect(await logged()).toEqual([200, 400, 403]);
    const { rows } = await client.query("SELECT sum(requests)::integer AS requests FROM sluice.usage_counts");
    expect(rows).toEqual([{ requests: 3 }]);
    expect(await (await ask("/v1/account")).json()).toMatchObject({ partner: { name: "first" }, environment: "live", credential: { scopes: ["orders:read"] } });
    await client.query("UPDATE sluice.request_log SET at = at - interval '31 days' WHERE status = 400");
    expect((await worker.harness.getWorker().scheduled({ cron: "* * * * *" })).outcome).toBe("ok");
    expect(await logged()).not.toContain(400);
  });
});

test("nothing of the admin API is served there", async () => {
  for (const path of ["/admin", "/admin/partners", "/admin/openapi.json"]) expect((await fetch(worker.url + path)).status).toBe(404);
});
