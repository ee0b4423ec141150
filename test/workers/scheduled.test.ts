/** What a cron trigger does in a Worker: operations end without anybody asking for them. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
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
  await worker.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await store?.drop();
  await databases?.drop();
});

test("a reported payment that the ERP has posted ends by itself", async () => {
  const key = await worker.createKey({ partner: "first", environment: "live", scopes: [...declaredScopes(gateway.contracts)] });
  const reported = await fetch(`${worker.url}/v1/payments`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": randomUUID() },
    body: JSON.stringify({ customer_id: "C0000001", bank_reference: "CRON-1", paid_on: "2026-11-20", amount: { amount: "10.00", currency: "EUR" } }),
  });
  expect(reported.status, await reported.text()).toBe(202);
  await withClient(databases.live.url, async (client) => {
    const states = async () => (await client.query<{ state: string }>("SELECT state FROM sluice.operation")).rows.map(({ state }) => state);
    expect(await states()).toEqual(["pending"]);
    await client.query('SELECT "AR_IMPORT_RUN"(100)');
    const outcome = await worker.harness.getWorker().scheduled({ cron: "* * * * *" });
    expect(outcome.outcome).toBe("ok");
    expect(await states()).toEqual(["succeeded"]);
  });
});

test("what somebody changes in the ERP is an event after the next cron trigger, read over HTTP", async () => {
  const key = await worker.createKey({ partner: "first", environment: "live", scopes: [...declaredScopes(gateway.contracts)] });
  const events = async (): Promise<readonly { type: string; seq: number; resource_id: string }[]> => {
    const answer = await fetch(`${worker.url}/v1/events`, { headers: { Authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    return JSON.parse(await answer.text()).data;
  };
  await withClient(databases.live.url, async (client) => {
    const run = async () => expect((await worker.harness.getWorker().scheduled({ cron: "* * * * *" })).outcome).toBe("ok");
    await run();
    const before = (await events()).length;
    // In another company as well, where it is another order.
    const { rows } = await client.query<{ no: string }>(
      `UPDATE "OEHDR" SET "CNFDT" = 20261201 WHERE "ORDNO" = (SELECT "ORDNO" FROM "OEHDR" WHERE "CUSNO" = 'C0000001' AND "COMPNY" = '01' AND "DELFLG" = ' ' ORDER BY "ORDNO" LIMIT 1) RETURNING "ORDNO" AS no`,
    );
    await run();
    expect((await events()).slice(before)).toMatchObject([{ type: "order.confirmed", seq: before + 1, resource_id: rows[0]?.no }]);
  });
}, 120_000);
