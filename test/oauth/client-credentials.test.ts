/** From a client to a token to an order: the whole way, by each way to authenticate. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import { expect, test } from "vitest";
import { assertionType, oauthGateway, scopes, seconds, send, signer } from "./gateway.ts";

const open = oauthGateway();

test("a client with a secret gets a token that reads what its partner's key would read", async () => {
  const { client, token, get, gateway } = open();
  const { id, secret } = await client({ label: "Warehouse" });
  for (const [form, headers] of [
    [{ grant_type: "client_credentials", client_id: id, client_secret: secret }, {}],
    [{ grant_type: "client_credentials" }, { Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` }],
  ] as const) {
    const answer = await token(form, headers);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json).toEqual({ access_token: expect.any(String), token_type: "Bearer", expires_in: 300, scope: scopes.join(" ") });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const access = String(answer.json["access_token"]);
    expect(decodeProtectedHeader(access)).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
    expect(decodeJwt(access)).toMatchObject({
      iss: gateway.url,
      sub: id,
      client_id: id,
      aud: `${gateway.url}/v1`,
      scope: scopes.join(" "),
      environment: "live",
    });
    const key = await gateway.createKey({ partner: "first", environment: "live", scopes });
    const byToken = await get("/v1/orders?limit=3", access);
    expect(byToken.status, byToken.text).toBe(200);
    const idsOf = (one: { readonly json: Readonly<Record<string, unknown>> }) => JSON.stringify(one.json["data"]);
    expect(idsOf(byToken)).toBe(idsOf(await get("/v1/orders?limit=3", key)));
  }
});

test("a client signs assertions with each kind of key, and each is taken once", async () => {
  const { ask, token, get, gateway } = open();
  for (const kind of ["ES256", "PS256", "EdDSA"] as const) {
    const own = await signer("one", kind);
    const made = await ask("client.create", { partner: "first", environment: "live", scopes, auth: "private_key_jwt", jwks: { keys: [own.publicJwk] } });
    const id = String(made["id"]);
    for (const aud of [`${gateway.url}/oauth/token`, gateway.url]) {
      const assertion = await own.sign({ iss: id, sub: id, aud, jti: crypto.randomUUID(), iat: seconds(), exp: seconds() + 60 });
      const form = { grant_type: "client_credentials", client_assertion_type: assertionType, client_assertion: assertion };
      const answer = await token(form);
      expect(answer.status, `${kind} ${answer.text}`).toBe(200);
      expect((await get("/v1/orders?limit=1", String(answer.json["access_token"]))).status).toBe(200);
      const again = await token(form);
      expect([again.status, again.json["error"]]).toEqual([401, "invalid_client"]);
    }
  }
});

test("scope narrows the token, and nothing can widen it", async () => {
  const { client, token, accessToken, get } = open();
  const one = await client({ scopes: ["orders:*", "products:read"] });
  const narrow = await accessToken(one, { scope: "products:read" });
  expect((await get("/v1/products?limit=1", narrow)).status).toBe(200);
  const refused = await get("/v1/orders?limit=1", narrow);
  expect([refused.status, refused.json["code"]]).toEqual([403, "insufficient-scope"]);
  expect((await get("/v1/orders?limit=1", await accessToken(one, { scope: "orders:read" }))).status).toBe(200);
  for (const scope of ["customers:read", "orders:read customers:read", "products:*x", "orders:read  products:read", "openid", "products:write"]) {
    const answer = await token({ grant_type: "client_credentials", client_id: one.id, client_secret: one.secret, scope });
    expect([answer.status, answer.json["error"]], scope).toEqual([400, "invalid_scope"]);
  }
});

test("keys and metadata are published, and say where everything is", async () => {
  const { gateway, client, accessToken, get } = open();
  const access = await accessToken(await client());
  const metadata = await get("/.well-known/oauth-authorization-server");
  expect(metadata.json).toMatchObject({
    issuer: gateway.url,
    token_endpoint: `${gateway.url}/oauth/token`,
    jwks_uri: `${gateway.url}/.well-known/jwks.json`,
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
  });
  const { status, headers, json } = await send(String(metadata.json["jwks_uri"]), {});
  expect([status, headers.get("cache-control")]).toEqual([200, "public, max-age=300"]);
  expect(json["keys"]).toContainEqual({
    ...{ kty: "EC", crv: "P-256", x: expect.any(String), y: expect.any(String) },
    ...{ kid: decodeProtectedHeader(access).kid, alg: "ES256", use: "sig" },
  });
  expect(JSON.stringify(json)).not.toContain('"d"');
});
