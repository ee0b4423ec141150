/** The control plane's verbs on partners and keys over real tables: what they store, and what they refuse by name. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { keyList } from "#control-plane/api-keys/list.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { partnerAddAccount } from "#control-plane/partners/add-account.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { partnerList } from "#control-plane/partners/list.ts";
import { perform } from "#control-plane/perform.ts";
import type { JsonObject } from "#lib/json.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

const now = Date.UTC(2026, 5, 1);
const asking = askingAt(now);
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 2_000, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

function issue(input: JsonObject) {
  return perform(planeOver(store), keyCreate, { environment: "live", scopes: ["orders:read"], ...input }, asking);
}

test("partners are made once per name, whatever its case, also by two operators at the same moment", async () => {
  const accounts = [{ environment: "live", account: "C0000002" }];
  const both = await Promise.all(["Harbour & Sons", "harbour & sons"].map((name) => perform(planeOver(store), partnerCreate, { name, accounts }, asking)));
  expect(both.map((result) => result.kind).sort()).toEqual(["done", "refused"]);
  expect(both.find((result) => result.kind === "refused")).toMatchObject({ reasons: [expect.stringContaining("There is a partner named")] });
  const { items } = await did(perform(planeOver(store), partnerList, {}, asking));
  expect(items).toHaveLength(1);
  expect(items[0]?.accounts).toEqual(accounts);
});

test("accounts are added by id or name, once each, and blank ones are refused", async () => {
  const add = (partner: string, accounts: JsonObject[]) => perform(planeOver(store), partnerAddAccount, { partner, accounts }, asking);
  const more = [
    { environment: "test", account: "C0000003" },
    { environment: "live", account: "C0000002" },
  ];
  await did(add("HARBOUR & SONS", more));
  expect((await did(add("Harbour & Sons", more))).accounts).toEqual([
    { environment: "live", account: "C0000002" },
    { environment: "test", account: "C0000003" },
  ]);
  for (const account of ["", " ", " C1", "C1 ", "C\n1"]) {
    expect(await add("Harbour & Sons", [{ environment: "live", account }])).toMatchObject({ kind: "refused" });
  }
  expect(await add("Nobody", more)).toEqual({ kind: "absent", what: 'There is no partner "Nobody".' });
});

test("a key carries what was asked for, and its secret is nowhere in the database", async () => {
  const expires = new Date(now + 60_000).toISOString();
  const made = await did(issue({ partner: "Harbour & Sons", scopes: ["products:read", "orders:*", "products:read"], label: "ERP sync", expires_at: expires }));
  const { key: token, ...shown } = made;
  expect((await did(perform(planeOver(store), keyList, { partner: "harbour & sons" }, asking))).items).toEqual([shown]);
  expect(shown).toMatchObject({ scopes: ["orders:*", "products:read"], api_version: "2026-02-01", label: "ERP sync", expires_at: expires, state: "active" });

  const stored = JSON.stringify([await store.selectFrom("api_keys").selectAll().execute(), await store.selectFrom("audit_records").selectAll().execute()]);
  expect(stored).toContain(shown.id);
  const secret = token.slice(-49, -6);
  expect(stored).not.toContain(secret);
  expect(stored).not.toContain(Buffer.from(secret).toString("hex"));
});

test("what cannot be issued is refused with every reason at once, and nothing is stored", async () => {
  const stored = async () => [await store.selectFrom("api_keys").select("kid").execute(), await store.selectFrom("audit_records").select("seq").execute()];
  const before = await stored();
  const result = await issue({
    partner: "Nobody",
    scopes: ["orders:read", "orders:reed", "secrets:*", "ORDERS:READ", "*"],
    api_version: "2020-01-01",
    expires_at: new Date(now).toISOString(),
    label: "a\nb",
    allow_from: ["10.0.0.0/33"],
  });
  expect(result).toMatchObject({ kind: "refused" });
  const said = result.kind === "refused" ? result.reasons.join("\n") : "";
  expect(said).toContain('There is no partner "Nobody".');
  expect(said).toContain('"orders:reed", "secrets:*", "ORDERS:READ", "*"');
  expect(said).not.toContain('"orders:read",');
  expect(said).toContain("orders:read, orders:write, products:read");
  expect(said).toContain('"2020-01-01". There are: 2026-02-01, 2026-01-01');
  expect(said).toContain("expires in the future");
  expect(said).toContain("control characters");
  expect(said).toContain('"10.0.0.0/33" has a prefix longer than an address.');
  expect(await issue({ partner: "Harbour & Sons", scopes: [] })).toMatchObject({ reasons: ["A key needs at least one scope."] });
  expect(await stored()).toEqual(before);
});

test("revoking is final, keeps its first time, and says when there is no such key", async () => {
  const { id } = await did(issue({ partner: "Harbour & Sons" }));
  const revoke = (at: number) => did(perform(planeOver(store), keyRevoke, { key: id }, askingAt(at)));
  const first = new Date(now + 1).toISOString();
  expect(await revoke(now + 1)).toMatchObject({ state: "revoked", revoked_at: first });
  expect(await revoke(now + 2)).toMatchObject({ state: "revoked", revoked_at: first });
  expect(await perform(planeOver(store), keyRevoke, { key: "aaaaaaaaaaaa" }, asking)).toEqual({ kind: "absent", what: 'There is no key "aaaaaaaaaaaa".' });
});

test("names that could forge a line, or pass for an id, are refused", async () => {
  for (const name of ["", "  ", "a\nb", "ptr_abc", "x".repeat(201)]) {
    expect(await perform(planeOver(store), partnerCreate, { name }, asking)).toMatchObject({ kind: "refused" });
  }
});
