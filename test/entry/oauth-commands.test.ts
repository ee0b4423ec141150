/** `sluice client|issuer|signing-key|secret`, beside a gateway that runs: from a client to an answer, and from one secret to the next. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, gatewayTables } from "../support/postgres.ts";
import { makeProjectFolder } from "./gateway-process.ts";

let place: ReturnType<typeof makeProjectFolder>;
let url = "";

beforeAll(async () => {
  place = makeProjectFolder();
  url = await place.run().serves();
  await sluice("partner", "create", "--name", "Alpine", "--account", "live:A1");
}, 60_000);
afterAll(() => place.remove());

const sluice = (...words: readonly string[]) => sluiceWith({}, ...words);

async function sluiceWith(variables: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const run = place.cli([...words, "--project", "."], variables);
  const code = await run.ends();
  return { code, out: run.out().trimEnd(), err: run.err().trimEnd() };
}

async function tokenOf(id: string, secret: string): Promise<Response> {
  return fetch(`${url}/oauth/token`, { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret }) });
}

async function newClient(...more: readonly string[]) {
  const made = await sluice("client", "create", "--partner", "Alpine", "--env", "live", "--scopes", "things:read", ...more);
  return { ...made, id: /cl_[0-9A-Za-z]{18}/.exec(made.err + made.out)?.[0] ?? "" };
}

test("a client's secret goes to standard output alone; it gets a token, and is rotated, suspended and revoked", { timeout: 60_000 }, async () => {
  const made = await newClient("--label", "Warehouse");
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^slc_sec_[0-9A-Za-z]{49}$/), err: expect.stringContaining("shown only now:") });
  const answer = await tokenOf(made.id, made.out);
  expect(answer.status).toBe(200);
  const { access_token: token }: { readonly access_token: string } = JSON.parse(await answer.text());
  expect((await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(200);

  const rotated = await sluice("client", "rotate-secret", made.id, "--overlap", "1h");
  expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(/^slc_sec_/), err: expect.stringContaining("The one of before ends at 20") });
  expect([(await tokenOf(made.id, made.out)).status, (await tokenOf(made.id, rotated.out)).status]).toEqual([200, 200]);

  const shown = JSON.parse((await sluice("client", "show", made.id, "--json")).out);
  expect(shown).toMatchObject({
    id: made.id,
    label: "Warehouse",
    state: "active",
    auth: "client_secret",
    secrets: [{ expires_at: null }, { expires_at: expect.any(String) }],
  });
  expect(await sluice("client", "suspend", made.id)).toMatchObject({ code: 0, out: `Suspended ${made.id} of Alpine` });
  expect((await tokenOf(made.id, rotated.out)).status).toBe(401);
  expect(await sluice("client", "resume", made.id)).toMatchObject({ code: 0 });
  expect(await sluice("client", "revoke", made.id)).toMatchObject({ code: 0 });
  expect(await sluice("client", "list")).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`${made.id} +Alpine +live +revoked +client_secret`)) });
  expect(await sluice("client", "show", "cl_nobody")).toMatchObject({ code: 1, err: 'There is no client "cl_nobody".' });
  expect((await sluice("audit", "list")).out).not.toContain(rotated.out);
});

test("public keys are typed as JSON, and what is none is a mistyped command", { timeout: 60_000 }, async () => {
  const jwks =
    '{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}';
  const made = await newClient("--auth", "private_key_jwt", "--jwks", jwks);
  expect(made).toMatchObject({ code: 0, out: `Client ${made.id} for Alpine (live)` });
  expect(await newClient("--auth", "private_key_jwt", "--jwks", "[]")).toMatchObject({ code: 2, err: expect.stringContaining("--jwks takes a JSON object") });
  expect(await sluice("client", "set-keys", made.id, "--jwks-url", "http://x.example")).toMatchObject({ code: 1, err: "jwks_url has to begin with https://." });
  expect(await sluice("client", "set-keys", made.id, "--jwks-url", "https://x.example/keys")).toMatchObject({
    out: `${made.id} signs with the keys at https://x.example/keys`,
  });
  const trusted = await sluice(
    "issuer",
    "trust",
    "--issuer",
    "https://login.example",
    "--audience",
    "https://api.example",
    "--jwks-url",
    "https://login.example/keys",
  );
  const id = /iss_\w{12}/.exec(trusted.out)?.[0] ?? "";
  expect(trusted).toMatchObject({ code: 0, out: `Trusted ${id}: https://login.example for https://api.example` });
  expect(await newClient("--auth", "external_issuer", "--issuer", id, "--subject", "shop")).toMatchObject({ code: 0 });
  expect(await sluice("issuer", "remove", id)).toMatchObject({ code: 1, err: expect.stringContaining("revoke those first") });
  expect((await sluice("issuer", "list")).out).toContain(id);
});

test("signing keys are listed and rotated; after a change of the secret, rewrapping says what is left", { timeout: 60_000 }, async () => {
  await fetch(`${url}/.well-known/jwks.json`);
  expect((await sluice("signing-key", "list")).out).toMatch(/^KEY ID +STATE +SIGNS FROM +SIGNS UNTIL\n\S{43} +signing/);
  expect((await sluice("signing-key", "rotate")).out).toMatch(/waiting[\s\S]+signing/);
  expect(await sluice("signing-key", "rotate")).toMatchObject({ code: 1, err: expect.stringContaining("waits already") });
  const counted = await sluice("secret", "rewrap");
  expect(counted).toMatchObject({ code: 0, out: expect.stringMatching(/^Wrapped 0 anew\.\nSECRET +IS +AT REST\n\S{12} +current +2$/) });
});

test("SLUICE_SECRET is changed as the operators' page says, and nothing is lost on the way", { timeout: 60_000 }, async () => {
  const store = await createDatabase(gatewayTables);
  const [old, next] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));
  const base = { DATABASE_URL: store.url, ERP_LIVE_URL: store.url, SLUICE_KEY_PEPPER: `1:${Buffer.alloc(32, 3).toString("base64")}` };
  const before = { ...base, SLUICE_SECRET: old ?? "", SLUICE_PREVIOUS_SECRETS: next ?? "" };
  const after = { ...base, SLUICE_SECRET: next ?? "", SLUICE_PREVIOUS_SECRETS: old ?? "" };
  try {
    expect(await sluiceWith(before, "signing-key", "rotate")).toMatchObject({ code: 0 });
    expect(await sluiceWith(after, "secret", "rewrap", "--limit", "0")).toMatchObject({
      code: 1,
      out: expect.stringMatching(/Wrapped 0 anew[\s\S]* known +1$/),
    });
    expect(await sluiceWith(after, "secret", "rewrap")).toMatchObject({ code: 0, out: expect.stringMatching(/Wrapped 1 anew[\s\S]* current +1$/) });
    expect(await sluiceWith({ ...base, SLUICE_SECRET: next ?? "" }, "secret", "rewrap")).toMatchObject({ code: 0, out: expect.stringMatching(/ current +1$/) });
    expect(await sluiceWith({ ...base, SLUICE_SECRET: old ?? "" }, "secret", "rewrap")).toMatchObject({ code: 1, out: expect.stringMatching(/ unknown +1$/) });
  } finally {
    await store.drop();
  }
});
