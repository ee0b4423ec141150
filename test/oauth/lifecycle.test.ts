/** What is done to a client reaches its tokens, in every process, as fast as it reaches keys. */
import { expect, test } from "vitest";
import { oauthGateway, scopes, send } from "./gateway.ts";

const open = oauthGateway();
const path = "/v1/orders?limit=1";

async function until(status: number, url: string, token: string): Promise<void> {
  await expect
    .poll(async () => (await send(url + path, { headers: { Authorization: `Bearer ${token}` } })).status, { timeout: 5_000, interval: 50 })
    .toBe(status);
}

test("suspended, resumed and revoked: tokens that were issued before stop and start with their client", async () => {
  const { client, accessToken, ask, token, gateway, another } = open();
  const other = await another();
  const one = await client();
  const access = await accessToken(one);
  await until(200, gateway.url, access);
  await ask("client.suspend", { client: one.id });
  await until(401, gateway.url, access);
  const form = { grant_type: "client_credentials", client_id: one.id, client_secret: one.secret };
  expect([(await token(form)).status, (await token(form)).json["error"]]).toEqual([401, "invalid_client"]);
  await ask("client.resume", { client: one.id });
  await until(200, gateway.url, access);
  await ask("client.revoke", { client: one.id });
  await until(401, gateway.url, access);
  expect((await token(form)).status).toBe(401);
  expect(await open().try("client.resume", { client: one.id })).toMatchObject({ kind: "refused" });
  // A token is of the gateway at this address; another address is another issuer.
  expect((await send(other.url + path, { headers: { Authorization: `Bearer ${access}` } })).status).toBe(401);
});

test("a partner that is suspended has no client either", async () => {
  const { client, accessToken, ask, gateway } = open();
  await gateway.createPartner("second", { live: ["C0000002"] });
  const one = await client({ partner: "second" });
  const access = await accessToken(one);
  await until(200, gateway.url, access);
  await ask("partner.suspend", { partner: "second" });
  await until(401, gateway.url, access);
  expect((await open().token({ grant_type: "client_credentials", client_id: one.id, client_secret: one.secret })).status).toBe(401);
  await ask("partner.resume", { partner: "second" });
  await until(200, gateway.url, access);
});

test("no token outlives its client", async () => {
  const one = await open().client({ expires_at: new Date(Date.now() + 3_000).toISOString() });
  const answer = await open().token({ grant_type: "client_credentials", client_id: one.id, client_secret: one.secret });
  expect(answer.json["expires_in"]).toBeLessThanOrEqual(3);
  const access = String(answer.json["access_token"]);
  await until(200, open().gateway.url, access);
  await until(401, open().gateway.url, access);
});

test("a secret is rotated with overlap: both work, then the new one alone; of three, two", async () => {
  const { client, ask, token, store } = open();
  const one = await client();
  const works = async (secret: string): Promise<boolean> =>
    (await token({ grant_type: "client_credentials", client_id: one.id, client_secret: secret })).status === 200;
  const second = String((await ask("client.rotate-secret", { client: one.id }))["client_secret"]);
  expect([await works(one.secret), await works(second)]).toEqual([true, true]);
  const third = String((await ask("client.rotate-secret", { client: one.id, overlap_seconds: 60 }))["client_secret"]);
  expect([await works(one.secret), await works(second), await works(third)]).toEqual([false, true, true]);
  await store.updateTable("oauth_client_secrets").set({ expires_at: new Date() }).where("client", "=", one.id).where("expires_at", ">", new Date()).execute();
  expect([await works(second), await works(third)]).toEqual([false, true]);
  const fourth = String((await ask("client.rotate-secret", { client: one.id, overlap_seconds: 0 }))["client_secret"]);
  expect([await works(third), await works(fourth)]).toEqual([false, true]);
});

test("a client that may come from elsewhere only gets nothing from here", async () => {
  const { client, token, ask } = open();
  const here = await client({ allow_from: ["127.0.0.0/8", "::1"] });
  const access = await open().accessToken(here);
  await until(200, open().gateway.url, access);
  const elsewhere = await client({ allow_from: ["203.0.113.0/24"] });
  expect((await token({ grant_type: "client_credentials", client_id: elsewhere.id, client_secret: elsewhere.secret })).status).toBe(401);
  expect(await ask("client.show", { client: elsewhere.id })).toMatchObject({ allow_from: ["203.0.113.0/24"], state: "active" });
});

test("the environment is the client's: a token of test sees test data, and never the live one's", async () => {
  const { client, accessToken, get } = open();
  const [live, tests] = [await accessToken(await client()), await accessToken(await client({ environment: "test" }))];
  const ids = async (token: string) => {
    const { json } = await get("/v1/orders?limit=50", token);
    return (Array.isArray(json["data"]) ? json["data"] : []).map((one: { id: string }) => one.id);
  };
  const [seenLive, seenTest] = [await ids(live), await ids(tests)];
  expect(seenLive.length).toBeGreaterThan(0);
  expect(seenTest).not.toEqual(seenLive);
});

test("a client that is changed has its new terms at once, and so have the tokens that are out", async () => {
  const { client, accessToken, ask, gateway } = open();
  const one = await client();
  const access = await accessToken(one);
  await until(200, gateway.url, access);
  await ask("client.change", { client: one.id, scopes: ["products:read"], label: "stock robot" });
  await until(403, gateway.url, access);
  await ask("client.change", { client: one.id, scopes: [...scopes], allow_from: ["192.0.2.0/24"] });
  await until(401, gateway.url, access);
  expect(await ask("client.change", { client: one.id, allow_from: null })).toMatchObject({
    label: "stock robot",
    allow_from: null,
    scopes: [...scopes].sort(),
  });
  await until(200, gateway.url, access);
  const asked = { client: one.id, scopes: ["order:read"], expires_at: "2020-01-01T00:00:00Z" };
  expect(await open().try("client.change", asked)).toMatchObject({ kind: "refused", reasons: [expect.stringContaining("order:read"), expect.any(String)] });
});

test("uses of tokens are noted under the client", async () => {
  const { client, accessToken, ask, store, gateway } = open();
  const one = await client();
  expect(await ask("client.show", { client: one.id })).toMatchObject({ last_use: null });
  await until(200, gateway.url, await accessToken(one));
  const noted = async () => (await store.selectFrom("credential_uses").select("credential").where("credential", "=", one.id).execute()).length;
  await expect.poll(noted, { timeout: 8_000 }).toBe(1);
  expect(await ask("client.show", { client: one.id })).toMatchObject({ last_use: { address: "127.0.0.1" } });
});

test("what cannot be is not registered, and every reason is given", async () => {
  const partner = { partner: "first", environment: "live", scopes };
  const jwk = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" };
  for (const [input, reason] of [
    [{ scopes: ["nothing:read"] }, "No contract declares"],
    [{ partner: "nobody" }, "There is no partner"],
    [{ allow_from: ["10.0.0.300"] }, "10.0.0.300"],
    [{ auth: "private_key_jwt" }, "jwks or jwks_url"],
    [{ auth: "private_key_jwt", jwks: { keys: [] } }, "1 to 20"],
    [{ auth: "private_key_jwt", jwks: { keys: [{ ...jwk, d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" }] } }, "private"],
    [{ auth: "private_key_jwt", jwks: { keys: [{ kty: "oct", k: "AAAA" }] } }, "private"],
    [{ auth: "private_key_jwt", jwks: { keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] } }, "none of"],
    [
      {
        auth: "private_key_jwt",
        jwks: {
          keys: [
            { ...jwk, kid: "a" },
            { ...jwk, kid: "a" },
          ],
        },
      },
      "same kid",
    ],
    [{ auth: "private_key_jwt", jwks: { keys: [jwk, jwk] } }, "each needs a kid"],
    [{ auth: "private_key_jwt", jwks: { keys: [jwk] }, jwks_url: "https://x.example" }, "not both"],
    [{ auth: "private_key_jwt", jwks_url: "http://x.example" }, "https://"],
    [{ auth: "private_key_jwt", jwks_url: "https://user:pass@x.example" }, "without a user"],
    [{ auth: "external_issuer", issuer: "iss_000000000000", subject: "x" }, "no trusted issuer"],
    [{ auth: "external_issuer" }, "needs issuer and subject"],
    [{ jwks: { keys: [jwk] } }, "private_key_jwt"],
  ] as const) {
    const performed = await open().try("client.create", { ...partner, ...JSON.parse(JSON.stringify(input)) });
    expect(performed, JSON.stringify(input)).toMatchObject({ kind: "refused" });
    expect(JSON.stringify(performed), JSON.stringify(input)).toContain(reason);
  }
});

test("a client takes what its partner's plan allows, whichever of its tokens it sends", async () => {
  const { client, ask, gateway, another } = open();
  await gateway.createPartner("busy", { live: ["C0000001"] });
  await ask("limit.create", { plan: "tiny", burst_quota: 3, burst_seconds: 60 });
  await ask("limit.assign", { partner: "busy", environment: "live", plan: "tiny" });
  const limited = await another({}, { limited: true });
  const one = await client({ partner: "busy" });
  const answers = [];
  for (let at = 0; at < 4; at += 1) {
    const form = { grant_type: "client_credentials", client_id: one.id, client_secret: one.secret };
    const { json } = await send(`${limited.url}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
    answers.push(await send(limited.url + path, { headers: { Authorization: `Bearer ${json["access_token"]}` } }));
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
  expect(answers[0]?.headers.get("ratelimit-policy")).toContain("q=3");
});

test("a partner is removed with clients that are over, and kept by one that is not", async () => {
  const { client, ask, gateway } = open();
  await gateway.createPartner("leaving", { live: [] });
  const one = await client({ partner: "leaving" });
  await open().accessToken(one);
  expect(JSON.stringify(await open().try("partner.remove", { partner: "leaving" }))).toContain("OAuth client");
  await ask("client.revoke", { client: one.id });
  expect(await ask("partner.remove", { partner: "leaving" })).toMatchObject({ name: "leaving" });
  expect(await open().try("client.show", { client: one.id })).toMatchObject({ kind: "absent" });
});

test("guessing a client's secret is throttled by address, and whoever has the right one goes on", async () => {
  const { client, another } = open();
  const throttled = await another({ AUTH_FAILURES: "20" });
  const one = await client();
  const ask = (secret: string, id = one.id) =>
    send(`${throttled.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret }),
    });
  expect((await ask(one.secret)).status).toBe(200);
  let last = await ask("wrong");
  for (let at = 0; at < 200 && last.status !== 429; at += 1) last = await ask("wrong");
  expect([last.status, last.json["code"]]).toEqual([429, "too-many-failures"]);
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await ask(one.secret)).status).toBe(200);
});
