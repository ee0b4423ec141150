/** OAuth2 in a Worker: no connection and no promise outlives its request, and what is remembered are values. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { perform } from "#control-plane/perform.ts";
import { verbs } from "#control-plane/verbs.ts";
import gateway from "../../demo/gateway.ts";
import { assertionType, scopes, seconds, send, signer } from "../oauth/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../projects/demo/databases.ts";
import { askingAt } from "../support/control-plane.ts";
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

async function ask(verb: string, input: Parameters<typeof perform>[2]): Promise<Record<string, unknown>> {
  const performed = await perform(worker.plane, verbs.get(verb) ?? expect.unreachable(verb), input, askingAt(Date.now()));
  if (performed.kind !== "done") throw new Error(JSON.stringify(performed));
  return { ...Object(performed.value) };
}

const token = (form: Readonly<Record<string, string>>) =>
  send(`${worker.url}/oauth/token`, { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials", ...form }) });
const orders = (access: unknown) => send(`${worker.url}/v1/orders?limit=1`, { headers: { Authorization: `Bearer ${access}` } });

test("clients get tokens by secret and by each kind of key, also many at once, and the tokens read", async () => {
  const made = await ask("client.create", { partner: "first", environment: "live", scopes });
  const form = { client_id: String(made["id"]), client_secret: String(made["client_secret"]) };
  // The first ones race for the key that signs.
  const answers = await Promise.all(Array.from({ length: 6 }, () => token(form)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  for (const { json } of answers) expect((await orders(json["access_token"])).status).toBe(200);
  const keys = await send(`${worker.url}/.well-known/jwks.json`, {});
  expect(keys.json["keys"]).toHaveLength(1);
  for (const kind of ["ES256", "PS256", "EdDSA"] as const) {
    const own = await signer("one", kind);
    const { id } = await ask("client.create", { partner: "first", environment: "live", scopes, auth: "private_key_jwt", jwks: { keys: [own.publicJwk] } });
    const claims = { iss: id, sub: id, aud: worker.url, jti: crypto.randomUUID(), iat: seconds(), exp: seconds() + 60 };
    const assertion = { client_assertion_type: assertionType, client_assertion: await own.sign(claims) };
    const answer = await token(assertion);
    expect(answer.status, `${kind} ${answer.text}`).toBe(200);
    expect((await orders(answer.json["access_token"])).status).toBe(200);
    expect((await token(assertion)).json["error"]).toBe("invalid_client");
  }
  const metadata = await send(`${worker.url}/.well-known/oauth-authorization-server`, {});
  expect(metadata.json["token_endpoint"]).toBe(`${worker.url}/oauth/token`);
});

test("a revoked client's token is refused within about a second, and odd ones at once", async () => {
  const made = await ask("client.create", { partner: "first", environment: "live", scopes });
  const { json } = await token({ client_id: String(made["id"]), client_secret: String(made["client_secret"]) });
  const access = String(json["access_token"]);
  expect((await orders(access)).status).toBe(200);
  for (const odd of [`${access}x`, access.slice(0, -4), "a.b.c", `${access.split(".").slice(0, 2).join(".")}.AAAA`])
    expect((await orders(odd)).status).toBe(401);
  await ask("client.revoke", { client: String(made["id"]) });
  await expect.poll(async () => (await orders(access)).status, { timeout: 5_000 }).toBe(401);
});

test("keys at an address that no Worker should ask are not fetched: the client is refused, not failed", async () => {
  const own = await signer("one");
  const { id } = await ask("client.create", { partner: "first", environment: "live", scopes, auth: "private_key_jwt", jwks_url: "https://127.0.0.1/keys" });
  const assertion = await own.sign({ iss: id, sub: id, aud: worker.url, jti: "1", iat: seconds(), exp: seconds() + 60 });
  const answer = await token({ client_assertion_type: assertionType, client_assertion: assertion });
  expect([answer.status, answer.json["error"]]).toEqual([401, "invalid_client"]);
});
