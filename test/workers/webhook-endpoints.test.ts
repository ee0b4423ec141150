/** Partners' webhook endpoints in a Worker: the same answers, sealed with the same secret, and a URL that is judged on sight. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import gateway from "../../demo/gateway.ts";
import { send } from "../oauth/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { serveInWorkerd, type WorkerGateway } from "./serve-in-workerd.ts";

let databases: DemoDatabases;
let store: TestDatabase;
let worker: WorkerGateway;
let key = "";

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  store = await createDatabase(gatewayTables);
  worker = await serveInWorkerd({ definition: gateway, sources: databases.sources, storeUrl: store.url });
  await worker.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  key = await worker.createKey({ partner: "first", environment: "test", scopes: [...declaredScopes(gateway.contracts)] });
}, 120_000);
afterAll(async () => {
  await worker?.stop();
  await store?.drop();
  await databases?.drop();
});

const ask = (method: string, path: string, body?: object, idempotencyKey: string = crypto.randomUUID()) =>
  send(`${worker.url}/v1/webhook-endpoints${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      ...(method === "POST" && { "Idempotency-Key": idempotencyKey }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

test("an endpoint is made once, shown, changed and deleted", async () => {
  const hook = { url: "https://hooks.example.com/meridian", types: ["order.shipped"], signature: "ed25519" };
  const once = crypto.randomUUID();
  const [made, again] = [await ask("POST", "", hook, once), await ask("POST", "", hook, once)];
  expect(made, made.text).toMatchObject({ status: 201, json: { state: "unverified", secret: null } });
  expect(again.text).toBe(made.text);
  const id = String(made.json["id"]);
  const keys = await send(`${worker.url}/.well-known/webhooks/${id}/jwks.json`, {});
  expect(keys.json["keys"]).toMatchObject([{ kty: "OKP", crv: "Ed25519" }]);
  expect((await ask("POST", `/${id}/rotate-secret`, { signature: "hmac" })).json["secret"]).toMatch(/^whsec_/);
  expect((await ask("PATCH", `/${id}`, { types: ["*"] })).json).toMatchObject({ types: ["*"] });
  expect((await ask("GET", "")).json["data"]).toMatchObject([{ id }]);
  expect((await ask("DELETE", `/${id}`)).status).toBe(204);
  expect((await ask("GET", `/${id}`)).status).toBe(404);
}, 60_000);

test("a challenge is sent by fetch, and what came of it is told", async () => {
  const made = await ask("POST", "", { url: "https://hooks.invalid.example/", types: ["*"] });
  const verified = await ask("POST", `/${made.json["id"]}/verify`);
  expect(verified).toMatchObject({ status: 422, json: { code: "challenge-failed" } });
}, 60_000);

test.each(["http://localhost:3000/", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://169.254.169.254/", "https://x.internal/"])(
  "what is inside on sight is refused: %s",
  async (url) => {
    expect(await ask("POST", "", { url, types: ["*"] })).toMatchObject({ status: 422, json: { code: "invalid-endpoint", errors: [{ pointer: "/url" }] } });
  },
);
