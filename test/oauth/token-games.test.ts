/** Access tokens that are not what they say: each is refused with the same 401, and none costs a 5xx. */
import { createHmac } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { envelopes } from "#lib/envelope.ts";
import { signingKeyRecords } from "#store/signing-keys.ts";
import { type OAuthGateway, oauthGateway, seconds, signer } from "./gateway.ts";

const open = oauthGateway();
const path = "/v1/orders?limit=1";

let genuine = "";
let client = { id: "", secret: "" };
/** Signs with the gateway's own key: what only its claims or its header betray. */
let signAsGateway: (claims: JWTPayload, header?: Readonly<Record<string, unknown>>) => Promise<string>;
let claims: JWTPayload = {};

beforeAll(async () => {
  const oauth = open();
  client = await oauth.client();
  genuine = await oauth.accessToken(client);
  claims = decodeJwt(genuine);
  signAsGateway = await gatewaySigner(oauth);
}, 60_000);

async function gatewaySigner({ store, secrets }: OAuthGateway): Promise<typeof signAsGateway> {
  const kid = decodeProtectedHeader(genuine).kid ?? "";
  const sealed = (await signingKeyRecords(store).privateKey(kid)) ?? expect.unreachable("no private key");
  const plain = envelopes({ current: secrets.secret, others: [] }).open(sealed, { table: "signing_keys", row: kid }) ?? expect.unreachable("sealed otherwise");
  const key = await importJWK(JSON.parse(Buffer.from(plain).toString()), "ES256");
  return (own, header = {}) => new SignJWT(own).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid, ...header }).sign(key);
}

async function refused(name: string, token: string): Promise<void> {
  const answer = await open().get(path, token);
  expect([answer.status, answer.json["code"]], `${name}: ${answer.text}`).toEqual([401, "unauthenticated"]);
  expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
}

function part(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

test("the token that all others are made from is taken, and so is one that the tests sign like it", async () => {
  expect((await open().get(path, genuine)).status).toBe(200);
  expect((await open().get(path, await signAsGateway({ ...claims, jti: "another" }))).status).toBe(200);
});

describe("the header", () => {
  test("alg none, in every spelling, with and without a signature", async () => {
    const [, body = "", signature = ""] = genuine.split(".");
    for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
      const header = part({ ...decodeProtectedHeader(genuine), alg });
      for (const end of ["", signature, part("x")]) await refused(`${alg} ${end.length}`, `${header}.${body}.${end}`);
    }
  });

  test("HMAC over the public key, in each form that it has", async () => {
    const { json } = await open().get("/.well-known/jwks.json");
    const published: unknown = Array.isArray(json["keys"]) ? json["keys"][0] : undefined;
    const kid = decodeProtectedHeader(genuine).kid;
    for (const alg of ["HS256", "HS384", "HS512"]) {
      for (const secret of [JSON.stringify(published), JSON.stringify(json), "", kid ?? ""]) {
        const text = `${part({ alg, typ: "at+jwt", kid })}.${genuine.split(".")[1]}`;
        await refused(alg, `${text}.${createHmac(alg.replace("HS", "sha"), secret).update(text).digest("base64url")}`);
      }
    }
  });

  test("another key: unknown, brought along, or under the id of a known one", async () => {
    const own = await signer("mine");
    const kid = decodeProtectedHeader(genuine).kid;
    await refused("unknown kid", await own.sign(claims, { typ: "at+jwt" }));
    await refused("known kid", await own.sign(claims, { typ: "at+jwt", kid }));
    await refused("no kid", await own.sign(claims, { typ: "at+jwt", kid: undefined }));
    for (const more of [
      { jwk: own.publicJwk },
      { jku: "https://attacker.example/jwks.json" },
      { x5u: "https://attacker.example/cert.pem" },
      { x5c: ["MIIB"] },
    ]) {
      for (const header of [{ ...more, kid }, more]) await refused(JSON.stringify(Object.keys(header)), await own.sign(claims, { typ: "at+jwt", ...header }));
      await refused("signed by the gateway, with a header of the kind", await signAsGateway(claims, more));
    }
    for (const odd of ["../../etc/passwd", "' or 1=1 --", "x".repeat(5_000), "__proto__", "constructor"])
      await refused(odd.slice(0, 20), await own.sign(claims, { typ: "at+jwt", kid: odd }));
  });

  test("crit, b64 and zip, even where the gateway itself had signed them", async () => {
    const [, body = ""] = genuine.split(".");
    await refused("crit", `${part({ ...decodeProtectedHeader(genuine), crit: ["exp"], exp: 1 })}.${body}.${genuine.split(".")[2]}`);
    await refused("unknown crit", await signAsGateway(claims, { zip: "DEF" }));
    await refused("b64", await signAsGateway(claims, { b64: true, crit: ["b64"] }));
  });

  test("another typ", async () => {
    for (const typ of [undefined, "JWT", "at+jwt+x", "logout+jwt", "client-authentication+jwt"])
      await refused(String(typ), await signAsGateway(claims, { typ }));
  });

  test("another algorithm of the list than the gateway's own", async () => {
    for (const kind of ["PS256", "EdDSA"] as const)
      await refused(kind, await (await signer(decodeProtectedHeader(genuine).kid ?? "", kind)).sign(claims, { typ: "at+jwt" }));
  });
});

describe("the claims", () => {
  test("wrong, several or no audiences", async () => {
    const { url } = open().gateway;
    for (const aud of [undefined, "", url, `${url}/v1/`, `${url}/oauth/token`, [`${url}/v1`, "other"], ["other", `${url}/v1`], [], [[`${url}/v1`]], 1]) {
      await refused(JSON.stringify(aud), await signAsGateway(spoil("aud", aud)));
    }
  });

  test("another issuer, or none", async () => {
    for (const iss of [undefined, "", "https://issuer.example", `${open().gateway.url}/`, [open().gateway.url], open().gateway.url.toUpperCase()]) {
      await refused(JSON.stringify(iss), await signAsGateway(spoil("iss", iss)));
    }
  });

  test("expired, not yet valid, or of a time to come", async () => {
    const now = seconds();
    for (const times of [
      { exp: now - 11 },
      { exp: undefined },
      { exp: "9999999999" },
      { exp: now + 3_600, iat: now + 60 },
      { nbf: now + 60 },
      { iat: undefined },
      { iat: now - 311, exp: now + 60 },
      { iat: "now" },
    ]) {
      await refused(JSON.stringify(times), await signAsGateway(Object.entries(times).reduce((made, [name, value]) => spoil(name, value, made), claims)));
    }
  });

  test("missing, or naming another client than it says", async () => {
    const other = await open().client();
    for (const [name, value] of [
      ["sub", other.id],
      ["client_id", other.id],
      ["sub", undefined],
      ["client_id", undefined],
      ["jti", undefined],
      ["scope", undefined],
      ["scope", ["orders:read"]],
      ["environment", undefined],
      ["environment", "production"],
    ] as const)
      await refused(`${name} ${JSON.stringify(value)}`, await signAsGateway(spoil(name, value)));
    await refused("made-up client", await signAsGateway({ ...claims, sub: "cl_000000000000000000", client_id: "cl_000000000000000000" }));
  });

  test("of the other environment", async () => {
    await refused("environment", await signAsGateway(spoil("environment", "test")));
    const test = await open().client({ environment: "test" });
    await refused("client of the other one", await signAsGateway({ ...claims, sub: test.id, client_id: test.id }));
  });

  test("scopes that the client does not have give nothing", async () => {
    const answer = await open().get("/v1/customers?limit=1", await signAsGateway(spoil("scope", "customers:* orders:read")));
    expect([answer.status, answer.json["code"]]).toEqual([403, "insufficient-scope"]);
  });
});

describe("the text", () => {
  test("changed by one character anywhere", async () => {
    for (let at = 0; at < genuine.length; at += 7) {
      const changed = genuine.slice(0, at) + (genuine[at] === "A" ? "B" : "A") + genuine.slice(at + 1);
      if (changed.split(".").length === 3) await refused(`at ${at}`, changed);
    }
  });

  test("cut, doubled, padded, or of another form", async () => {
    const [header = "", body = "", signature = ""] = genuine.split(".");
    for (const text of [
      `${header}.${body}`,
      `${header}.${body}.`,
      `.${body}.${signature}`,
      `${header}..${signature}`,
      `${genuine}.${signature}`,
      `${genuine}=`,
      `${header}.${body}.${signature.slice(0, -1)}`,
      `${header}.${body}.${signature}AAAA`,
      "..",
      "a.b.c",
      `${part("{}")}.${part("{}")}.${signature}`,
      `${part("[]")}.${body}.${signature}`,
      `${part("null")}.${part("null")}.${signature}`,
      `${header}.${part("not json")}.${signature}`,
      `${part({ ...decodeProtectedHeader(genuine), kid: 5 })}.${body}.${signature}`,
      `${part('{"alg":"ES256","alg":"none"}')}.${body}.${signature}`,
      `${part(`{"__proto__":{"alg":"ES256"}}`)}.${body}.${signature}`,
      `${part("[".repeat(3_000))}.${body}.${signature}`,
    ])
      await refused(text.slice(0, 40), text);
  });

  test("oversized", async () => {
    await refused("long claims", await signAsGateway({ ...claims, padding: "x".repeat(8_000) }));
    await refused("long text", `${"a".repeat(4_000)}.${"b".repeat(4_000)}.${"c".repeat(100)}`);
  });

  test("sent as anything but one bearer token", async () => {
    for (const authorization of [`Basic ${genuine}`, `DPoP ${genuine}`, `Bearer ${genuine}, Bearer ${genuine}`, `Bearer ${genuine} ${genuine}`, genuine]) {
      const answer = await fetch(open().gateway.url + path, { headers: { Authorization: authorization } });
      expect([answer.status, await answer.json()], authorization.slice(0, 10)).toEqual([401, expect.objectContaining({ code: "unauthenticated" })]);
    }
    const inQuery = await open().get(`/v1/orders?access_token=${genuine}`);
    expect(inQuery.status).toBe(401);
  });
});

test("nothing of all this was an error of the gateway, and no token stands in its log", () => {
  const log = open().gateway.log();
  expect(log.split("\n").filter((line) => /"status":5\d\d/.test(line))).toEqual([]);
  expect(log).not.toContain(genuine.split(".")[2]);
  expect(log).not.toContain(client.secret);
});

/** The claims with one of them as it must not be; `undefined` takes it away. */
function spoil(name: string, value: unknown, from: JWTPayload = claims): JWTPayload {
  const { [name]: _, ...rest } = from;
  return value === undefined ? rest : { ...rest, [name]: value };
}
