/** Tokens of other issuers: taken for clients that are registered as theirs, by keys that are fetched within bounds. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remoteKeys } from "#control-plane/oauth/remote-keys.ts";
import { fetchKeysOnNode } from "#entry/fetch-keys.ts";
import { selfSigned } from "../support/self-signed.ts";
import { assertionType, type Claims, oauthGateway, type Signer, scopes, seconds, signer } from "./gateway.ts";

const certificate = selfSigned();
const open = oauthGateway({ variables: { OAUTH_PRIVATE_HOSTS: "localhost" }, ca: () => certificate.cert });
const path = "/v1/orders?limit=1";
const audience = "https://api.example/orders";

/** What the server of the issuer's keys answers by path, and how often it was asked. */
const served = new Map<string, { status?: number; headers?: Record<string, string>; body: string; asked: number }>();
let server: Server;
let base = "";
let own: Signer;

function serve(at: string, body: unknown, more: { status?: number; headers?: Record<string, string> } = {}) {
  const entry = { ...more, body: typeof body === "string" ? body : JSON.stringify(body), asked: 0 };
  served.set(at, entry);
  return { url: base + at, entry };
}

beforeAll(async () => {
  server = createServer(certificate, (request, response) => {
    const found = served.get(request.url ?? "");
    if (found === undefined) return void response.writeHead(404).end();
    found.asked += 1;
    if (found.body === "hang") return;
    response.writeHead(found.status ?? 200, { "Content-Type": "application/jwk-set+json", ...found.headers }).end(found.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `https://localhost:${(server.address() as AddressInfo).port}`; // a TCP server's address
  own = await signer("issuer-1");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let count = 0;
interface Trusted {
  readonly issuer: string;
  readonly id: string;
  readonly client: string;
  readonly entry: { body: string; status?: number; asked: number };
  readonly token: (claims?: Claims, header?: Readonly<Record<string, unknown>>, by?: Signer) => Promise<string>;
}

/** An issuer with one client, `shop`, that it vouches for. */
async function trust(more: Readonly<Record<string, string | string[]>> = {}, keys: readonly unknown[] = [own.publicJwk]): Promise<Trusted> {
  count += 1;
  const issuer = `https://issuer-${count}.example`;
  const { url, entry } = serve(`/keys-${count}`, { keys });
  const trusted = await open().ask("issuer.trust", { issuer, audience, jwks_url: url, ...more });
  const id = String(trusted["id"]);
  const client = await open().client({ auth: "external_issuer", issuer: id, subject: "shop" });
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // unknown issuers are looked for once a second
  const token: Trusted["token"] = (claims = {}, header = {}, by = own) => {
    const all: Claims = { iss: issuer, aud: audience, sub: "user", client_id: "shop", iat: seconds(), exp: seconds() + 300, ...claims };
    return by.sign(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)), { typ: "at+jwt", ...header });
  };
  return { issuer, id, client: client.id, entry, token };
}

async function status(token: string): Promise<number> {
  const answer = await open().get(path, token);
  if (answer.status === 401) expect(answer.json["code"]).toBe("unauthenticated");
  return answer.status;
}

test("a token of a trusted issuer leads to the partner of its client, and its keys are fetched once", { timeout: 30_000 }, async () => {
  const { token, entry, client } = await trust();
  expect(await status(await token())).toBe(200);
  for (let at = 0; at < 5; at += 1) expect(await status(await token({ jti: String(at) }))).toBe(200);
  expect(entry.asked).toBe(1);
  expect(open().gateway.log()).toContain(`"key":"${client}"`);
});

test("what is not quite such a token is refused", { timeout: 30_000 }, async () => {
  const { token, issuer } = await trust();
  const stranger = await signer("issuer-1");
  const unknown = await signer("unknown");
  const rsa = await signer("issuer-1", "PS256");
  const cases: readonly (readonly [string, Promise<string>])[] = [
    ["audience", token({ aud: "https://other.example" })],
    ["audiences", token({ aud: [audience, "https://other.example"] })],
    ["issuer", token({ iss: `${issuer}/` })],
    ["expired", token({ exp: seconds() - 11 })],
    ["without an end", token({ exp: undefined })],
    ["future", token({ iat: seconds() + 60 })],
    ["not before", token({ nbf: seconds() + 60 })],
    ["client", token({ client_id: "another" })],
    ["no client", token({ client_id: undefined })],
    ["client by another claim", token({ client_id: undefined, azp: "shop" })],
    ["typ", token({}, { typ: "JWT" })],
    ["jku", token({}, { jku: `${base}/keys-1` })],
    ["jwk", token({}, { jwk: stranger.publicJwk }, stranger)],
    ["another key of the same id", token({}, {}, stranger)],
    ["another kind of key of the same id", token({}, {}, rsa)],
    ["unknown key", token({}, {}, unknown)],
  ];
  for (const [name, made] of cases) expect(await status(await made), name).toBe(401);
  expect(await status(await token())).toBe(200);
});

test("keys of one issuer are no good for another, nor for the gateway's own tokens", { timeout: 30_000 }, async () => {
  const first = await trust();
  const other = await signer("issuer-2");
  const second = await trust({}, [other.publicJwk]);
  expect(await status(await second.token({}, {}, other))).toBe(200);
  expect(await status(await second.token({}, {}, own))).toBe(401);
  expect(await status(await first.token({}, {}, other))).toBe(401);
  const { gateway } = open();
  const claims = {
    iss: gateway.url,
    aud: `${gateway.url}/v1`,
    sub: first.client,
    client_id: first.client,
    scope: "orders:read",
    environment: "live",
    jti: "1",
  };
  expect(await status(await own.sign({ ...claims, iat: seconds(), exp: seconds() + 60 }, { typ: "at+jwt" }))).toBe(401);
});

test("the claim, the type and the algorithms are those that were agreed on", { timeout: 30_000 }, async () => {
  const ed = await signer("ed", "EdDSA");
  const { token } = await trust({ client_claim: "azp", token_type: "JWT", algorithms: ["EdDSA"] }, [ed.publicJwk, own.publicJwk]);
  expect(await status(await token({ azp: "shop", client_id: undefined }, { typ: "JWT" }, ed))).toBe(200);
  expect(await status(await token({ azp: "shop" }, { typ: "JWT" }, own))).toBe(401);
  expect(await status(await token({ client_id: "shop" }, { typ: "JWT" }, ed))).toBe(401);
});

test("a key id that two published keys share is the id of neither", { timeout: 30_000 }, async () => {
  const twin = await signer("issuer-1");
  const { token } = await trust({}, [own.publicJwk, twin.publicJwk]);
  expect(await status(await token())).toBe(401);
  expect(await status(await token({}, {}, twin))).toBe(401);
});

test("a client of an issuer is revoked like any other, and an issuer in use is not removed", { timeout: 30_000 }, async () => {
  const { token, client, id } = await trust();
  expect(await status(await token())).toBe(200);
  expect(await open().try("issuer.remove", { issuer: id })).toMatchObject({ kind: "refused" });
  await open().ask("client.revoke", { client });
  await expect.poll(async () => status(await token()), { timeout: 5_000 }).toBe(401);
  expect(await open().ask("issuer.remove", { issuer: id })).toMatchObject({ id });
});

test("keys that cannot be fetched are the gateway's trouble, not the caller's: 503, and the next try waits", { timeout: 30_000 }, async () => {
  const { token, entry } = await trust();
  entry.status = 500;
  expect(await status(await token())).toBe(503);
  for (let at = 0; at < 5; at += 1) expect(await status(await token())).toBe(503);
  expect(entry.asked).toBe(1);
});

test("a partner publishes its keys itself, and asks for tokens with them", async () => {
  const { url } = serve("/partner", { keys: [own.publicJwk] });
  const made = await open().ask("client.create", { partner: "first", environment: "live", scopes, auth: "private_key_jwt", jwks_url: url });
  const id = String(made["id"]);
  const assertion = await own.sign({ iss: id, sub: id, aud: open().gateway.url, jti: crypto.randomUUID(), iat: seconds(), exp: seconds() + 60 });
  const answer = await open().token({ grant_type: "client_credentials", client_assertion_type: assertionType, client_assertion: assertion });
  expect(answer.status, answer.text).toBe(200);
});

describe("fetching keys", () => {
  const fetchKeys = fetchKeysOnNode({ privateHosts: new Set(["localhost"]), ca: certificate.cert });

  test("never follows, never waits for long, never takes much", { timeout: 20_000 }, async () => {
    const good = serve("/good", { keys: [] });
    expect(await fetchKeys(good.url)).toEqual({ kind: "fetched", value: { keys: [] } });
    const cases = [
      serve("/redirect", "", { status: 302, headers: { Location: good.url } }),
      serve("/large", { keys: [], padding: "x".repeat(70_000) }),
      serve("/text", "not json"),
      serve("/gone", "", { status: 410 }),
      serve("/hang", "hang"),
    ];
    for (const { url } of cases) expect(await fetchKeys(url), url).toMatchObject({ kind: "failed" });
    expect(good.entry.asked).toBe(1);
    expect(await fetchKeys(good.url.replace("https", "http"))).toMatchObject({ kind: "failed" });
  });

  test("asks no address inside a network, in whatever spelling, and no name that leads to one", async () => {
    const strict = fetchKeysOnNode({ privateHosts: new Set(), ca: certificate.cert });
    const before = [...served.values()].reduce((sum, { asked }) => sum + asked, 0);
    const port = new URL(base).port;
    for (const host of [
      ...["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]"],
      ...["10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"],
    ])
      expect(await strict(`https://${host}:${port}/good`), host).toMatchObject({ kind: "failed" });
    expect([...served.values()].reduce((sum, { asked }) => sum + asked, 0)).toBe(before);
  });

  test("happens once for a flood of made-up key ids, and again when the time for that has come", async () => {
    const { url, entry } = serve("/flood", { keys: [own.publicJwk] });
    let clock = 0;
    const keys = remoteKeys({ fetchKeys, elapsedMs: () => clock, shareLookups: true, warn: () => undefined });
    const found = await Promise.all(Array.from({ length: 200 }, (_, at) => keys.find(url, { alg: "ES256", kid: `made-up-${at}` })));
    expect(found.every(({ kind }) => kind === "none")).toBe(true);
    expect(entry.asked).toBe(1);
    const next = await signer("next");
    entry.body = JSON.stringify({ keys: [own.publicJwk, next.publicJwk] });
    expect(await keys.find(url, { alg: "ES256", kid: "next" })).toEqual({ kind: "none" });
    clock = 31_000;
    expect(await keys.find(url, { alg: "ES256", kid: "next" })).toMatchObject({ kind: "key" });
    expect(entry.asked).toBe(2);
    // While the URL gives nothing, the keys of before are taken for an hour.
    Object.assign(entry, { status: 500 });
    clock = 31_000 + 601_000;
    expect(await keys.find(url, { alg: "ES256", kid: "next" })).toMatchObject({ kind: "key" });
    clock = 31_000 + 3_601_000;
    expect(await keys.find(url, { alg: "ES256", kid: "next" })).toEqual({ kind: "unavailable" });
  });
});
