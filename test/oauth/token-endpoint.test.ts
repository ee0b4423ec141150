/** The token endpoint refuses whatever could mean two things, with the errors of RFC 6749, section 5.2. */
import { beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "../support/raw-http.ts";
import { type Answer, assertionType, type Claims, oauthGateway, type Signer, scopes, seconds, signer } from "./gateway.ts";

const open = oauthGateway();
let client = { id: "", secret: "" };
let usual: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  client = await open().client();
  usual = { grant_type: "client_credentials", client_id: client.id, client_secret: client.secret };
}, 60_000);

function error(answer: Answer): readonly unknown[] {
  expect(answer.headers.get("content-type"), answer.text).toBe("application/json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(String(answer.json["error_description"])).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  if (answer.status === 401) expect(answer.headers.get("www-authenticate")).toMatch(/^Basic /);
  return [answer.status, answer.json["error"]];
}

const basic = (id: string, secret: string): Readonly<Record<string, string>> => ({
  Authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});

describe("the form", () => {
  test("with a parameter twice, known or not", async () => {
    const form = new URLSearchParams(usual).toString();
    for (const more of [
      "grant_type=client_credentials",
      `client_id=${client.id}`,
      "scope=orders:read&scope=products:read",
      "other=1&other=1",
      "scope=&scope=orders:read",
      "gr%61nt_type=x",
    ]) {
      expect(error(await open().token(`${form}&${more}`)), more).toEqual([400, "invalid_request"]);
    }
  });

  test("of another kind, encoding or size", async () => {
    for (const type of [
      "application/json",
      "text/plain",
      "multipart/form-data; boundary=x",
      "application/x-www-form-urlencoded; charset=utf-16",
      "application/x-www-form-urlencodedx",
      "",
    ]) {
      expect(error(await open().token(usual, { "Content-Type": type })), type).toEqual([400, "invalid_request"]);
    }
    expect(error(await open().token(usual, { "Content-Encoding": "gzip" }))).toEqual([400, "invalid_request"]);
    expect(error(await open().token(`${new URLSearchParams(usual)}&x=${"y".repeat(20_000)}`))).toEqual([400, "invalid_request"]);
    expect(error(await open().token(Array.from({ length: 60 }, (_, at) => `p${at}=1`).join("&")))).toEqual([400, "invalid_request"]);
    for (const odd of ["grant_type=%zz", "grant_type=%ff", "%=1", "grant_type=client_credentials&x=%c3%28"])
      expect(error(await open().token(odd)), odd).toEqual([400, "invalid_request"]);
    expect((await open().token(usual, { "Content-Type": "Application/X-WWW-Form-URLencoded; charset=UTF-8" })).status).toBe(200);
  });

  test("cut off, in chunks without end, or with a repeated header", async () => {
    const { port } = open().gateway;
    const body = new URLSearchParams(usual).toString();
    const lines = (...more: readonly string[]) => `POST /oauth/token HTTP/1.1\r\nHost: localhost\r\n${more.join("\r\n")}\r\n\r\n`;
    const type = "Content-Type: application/x-www-form-urlencoded";
    const twice = await sendRaw(port, lines(type, type, `Content-Length: ${body.length}`) + body);
    expect([twice.status, JSON.parse(twice.body).error]).toEqual([400, "invalid_request"]);
    const auth = "Authorization: Basic eDp5";
    const credentialsTwice = await sendRaw(port, lines(type, auth, auth, `Content-Length: ${body.length}`) + body);
    expect([credentialsTwice.status, JSON.parse(credentialsTwice.body).error]).toEqual([400, "invalid_request"]);
    const chunk = "y".repeat(17_000);
    const huge = await sendRaw(port, `${lines(type, "Transfer-Encoding: chunked")}${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    expect([huge.status, JSON.parse(huge.body).error]).toEqual([400, "invalid_request"]);
  });

  test("in the query instead, where logs would keep it", async () => {
    const answer = await fetch(`${open().gateway.url}/oauth/token?${new URLSearchParams(usual)}`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ error: "invalid_request" })]);
  });

  test("without a grant type, or with one that is not offered", async () => {
    expect(error(await open().token({ client_id: client.id, client_secret: client.secret }))).toEqual([400, "invalid_request"]);
    expect(error(await open().token({ ...usual, grant_type: "" }))).toEqual([400, "invalid_request"]);
    for (const grant_type of [
      "password",
      "authorization_code",
      "refresh_token",
      "Client_Credentials",
      "client_credentials ",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ]) {
      expect(error(await open().token({ ...usual, grant_type })), grant_type).toEqual([400, "unsupported_grant_type"]);
    }
  });

  test("asked for with another method", async () => {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const answer = await fetch(`${open().gateway.url}/oauth/token`, { method });
      expect([answer.status, answer.headers.get("allow")], method).toEqual([405, "POST"]);
      await answer.text();
    }
  });
});

describe("the client", () => {
  test("that authenticates in two ways at once, or names two", async () => {
    const { id, secret } = client;
    const other = await open().client();
    const form = { grant_type: "client_credentials" };
    expect(error(await open().token(usual, basic(id, secret)))).toEqual([400, "invalid_request"]);
    expect(error(await open().token({ ...usual, client_assertion: "x", client_assertion_type: assertionType }))).toEqual([400, "invalid_request"]);
    expect(error(await open().token({ ...form, client_assertion_type: assertionType }, basic(id, secret)))).toEqual([400, "invalid_request"]);
    expect(error(await open().token({ ...form, client_id: other.id }, basic(id, secret)))).toEqual([400, "invalid_request"]);
    expect((await open().token({ ...form, client_id: id }, basic(id, secret))).status).toBe(200);
  });

  test("that is unknown, mistyped, or has another's secret, is always answered the same", async () => {
    const other = await open().client();
    const { id, secret } = client;
    const swapped = secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0");
    const answers = new Set<string>();
    for (const [one, its] of [
      [id, other.secret],
      [id, swapped],
      [id, "x"],
      [id, secret.toLowerCase()],
      [id, `${secret} `],
      ["cl_000000000000000000", secret],
      ["cl_4fT0aZ91bQxy2Rk8sD", secret],
      [id.toUpperCase(), secret],
      ["' or ''='", secret],
      ["x".repeat(2_000), secret],
    ] as const) {
      const answer = await open().token({ ...usual, client_id: one, client_secret: its });
      expect(error(answer), one.slice(0, 30)).toEqual([401, "invalid_client"]);
      answers.add(answer.text);
    }
    for (const form of [
      { grant_type: "client_credentials" },
      { grant_type: "client_credentials", client_id: id },
      { grant_type: "client_credentials", client_secret: secret },
    ]) {
      expect(error(await open().token(form))).toEqual([401, "invalid_client"]);
    }
    expect(answers.size).toBe(1);
  });

  test("in an Authorization header of any other form", async () => {
    for (const Authorization of [
      "Basic",
      "Basic ",
      "Basic !!!",
      `Basic ${Buffer.from(client.id).toString("base64")}`,
      `Bearer ${client.secret}`,
      `Basic ${"A".repeat(4_000)}`,
      `Basic ${Buffer.from("%zz:%zz").toString("base64")}`,
    ]) {
      expect(error(await open().token({ grant_type: "client_credentials" }, { Authorization })), Authorization.slice(0, 20)).toEqual([401, "invalid_client"]);
    }
  });

  test("whose key is an API key, or the reverse", async () => {
    const key = await open().gateway.createKey({ partner: "first", environment: "live", scopes });
    expect(error(await open().token({ ...usual, client_secret: key }))).toEqual([401, "invalid_client"]);
    expect(error(await open().token({ grant_type: "client_credentials", client_id: key.split("_")[2] ?? "", client_secret: key }))).toEqual([
      401,
      "invalid_client",
    ]);
    for (const bearer of [client.secret, client.id]) expect((await open().get("/v1/orders?limit=1", bearer)).status).toBe(401);
  });
});

describe("an assertion", () => {
  let own: Signer;
  let id = "";
  beforeAll(async () => {
    own = await signer("one");
    id = String(
      (await open().ask("client.create", { partner: "first", environment: "live", scopes, auth: "private_key_jwt", jwks: { keys: [own.publicJwk] } }))["id"],
    );
  });

  const claimsOf = (more: Claims = {}): Claims => {
    const all: Claims = {
      iss: id,
      sub: id,
      aud: `${open().gateway.url}/oauth/token`,
      jti: crypto.randomUUID(),
      iat: seconds(),
      exp: seconds() + 60,
      ...more,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  };
  const ask = (client_assertion: string, more: Readonly<Record<string, string>> = {}) =>
    open().token({ grant_type: "client_credentials", client_assertion_type: assertionType, client_assertion, ...more });

  test("for another audience, for several, or for none", async () => {
    const { url } = open().gateway;
    for (const aud of [
      undefined,
      "",
      `${url}/v1`,
      `${url}/`,
      "https://other.example",
      [`${url}/oauth/token`, "https://other.example"],
      [`${url}/oauth/token`, url],
      [],
    ]) {
      expect(error(await ask(await own.sign(claimsOf({ aud })))), JSON.stringify(aud)).toEqual([401, "invalid_client"]);
    }
  });

  test("too old, expired, or of a time to come", async () => {
    const now = seconds();
    for (const times of [
      { iat: now - 75 },
      { iat: now - 3_600, exp: now + 3_600 },
      { iat: now + 60 },
      { nbf: now + 60 },
      { exp: now - 15 },
      { iat: undefined },
      { exp: undefined },
      { exp: "soon" },
    ]) {
      expect(error(await ask(await own.sign(claimsOf(times)))), JSON.stringify(times)).toEqual([401, "invalid_client"]);
    }
  });

  test("without an id of its own, or with one that was used, whoever of several is first", async () => {
    for (const jti of [undefined, "", "x".repeat(300)]) expect(error(await ask(await own.sign(claimsOf({ jti }))))).toEqual([401, "invalid_client"]);
    const assertion = await own.sign(claimsOf());
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => ask(assertion)))).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
    const reused = claimsOf();
    expect((await ask(await own.sign(reused))).status).toBe(200);
    expect(error(await ask(await own.sign({ ...reused, iat: seconds() - 1 })))).toEqual([401, "invalid_client"]);
    const elsewhere = await open().another();
    const again = await fetch(`${elsewhere.url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_assertion_type: assertionType,
        client_assertion: await own.sign({ ...reused, aud: elsewhere.url }),
      }),
    });
    expect([again.status, await again.json()]).toEqual([401, expect.objectContaining({ error: "invalid_client" })]);
  });

  test("of another client, of another key, or with a header that brings one", async () => {
    const stranger = await signer("one");
    const unknown = await signer("two");
    const rsa = await signer("one", "PS256");
    expect(error(await ask(await stranger.sign(claimsOf())))).toEqual([401, "invalid_client"]);
    expect(error(await ask(await unknown.sign(claimsOf())))).toEqual([401, "invalid_client"]);
    expect(error(await ask(await rsa.sign(claimsOf())))).toEqual([401, "invalid_client"]);
    expect(error(await ask(await own.sign(claimsOf({ sub: client.id }))))).toEqual([401, "invalid_client"]);
    expect(error(await ask(await own.sign(claimsOf({ iss: client.id, sub: client.id }))))).toEqual([401, "invalid_client"]);
    expect(error(await ask(await own.sign(claimsOf()), { client_id: client.id }))).toEqual([401, "invalid_client"]);
    for (const header of [
      { jwk: stranger.publicJwk },
      { jku: "https://attacker.example/keys" },
      { x5u: "https://attacker.example/cert" },
      { typ: "at+jwt" },
      { typ: "other" },
    ]) {
      expect(error(await ask(await own.sign(claimsOf(), header))), JSON.stringify(header)).toEqual([401, "invalid_client"]);
    }
    for (const header of [{ typ: "JWT" }, { typ: "client-authentication+jwt" }, { kid: undefined }])
      expect((await ask(await own.sign(claimsOf(), header))).status).toBe(200);
  });

  test("in another form, or of another type", async () => {
    for (const text of ["x", "a.b.c", "..", `${await own.sign(claimsOf())}x`, "x".repeat(10_000)])
      expect(error(await ask(text)), text.slice(0, 10)).toEqual([401, "invalid_client"]);
    const form = { grant_type: "client_credentials", client_assertion: await own.sign(claimsOf()) };
    expect(error(await open().token(form))).toEqual([400, "invalid_request"]);
    expect(error(await open().token({ ...form, client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer" }))).toEqual([
      400,
      "invalid_request",
    ]);
    const access = await open().accessToken(client);
    expect(error(await ask(access))).toEqual([401, "invalid_client"]);
  });

  test("is no access token, and a secret is no way in for who signs", async () => {
    expect((await open().get("/v1/orders?limit=1", await own.sign(claimsOf({ aud: `${open().gateway.url}/v1` }), { typ: "at+jwt" }))).status).toBe(401);
    expect(error(await open().token({ ...usual, client_id: id }))).toEqual([401, "invalid_client"]);
  });

  test("of a key that was replaced counts no more", async () => {
    const next = await signer("two");
    await open().ask("client.set-keys", { client: id, jwks: { keys: [next.publicJwk] } });
    expect(error(await ask(await own.sign(claimsOf())))).toEqual([401, "invalid_client"]);
    expect((await ask(await next.sign(claimsOf()))).status).toBe(200);
  });
});

test("used assertions are forgotten when they could not be used again", async () => {
  const { store } = open();
  await store
    .updateTable("oauth_assertions")
    .set({ expires_at: new Date(0) })
    .execute();
  const own = await signer("one");
  const made = await open().ask("client.create", { partner: "first", environment: "live", scopes, auth: "private_key_jwt", jwks: { keys: [own.publicJwk] } });
  for (let at = 0; at < 4; at += 1) {
    const id = String(made["id"]);
    const assertion = await own.sign({ iss: id, sub: id, aud: open().gateway.url, jti: crypto.randomUUID(), iat: seconds(), exp: seconds() + 60 });
    expect((await open().token({ grant_type: "client_credentials", client_assertion_type: assertionType, client_assertion: assertion })).status).toBe(200);
  }
  expect((await store.selectFrom("oauth_assertions").select("client").where("expires_at", "<", new Date()).execute()).length).toBe(0);
});

test("nothing of all this was an error of the gateway, and no secret stands in its log", () => {
  const log = open().gateway.log();
  expect(log.split("\n").filter((line) => /"status":5\d\d/.test(line))).toEqual([]);
  expect(log).not.toContain(client.secret.slice(-40));
  expect(log).toContain('"route":"/oauth/token"');
});
