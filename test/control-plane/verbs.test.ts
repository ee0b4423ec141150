/** The control plane's verbs on partners and keys over real tables: what they store, and what they refuse by name. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CreateKey, createKey } from "#control-plane/api-keys/create.ts";
import { listKeys } from "#control-plane/api-keys/list.ts";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import { revokeKey } from "#control-plane/api-keys/revoke.ts";
import { addAccount } from "#control-plane/partners/add-account.ts";
import { createPartner } from "#control-plane/partners/create.ts";
import { listPartners } from "#control-plane/partners/list.ts";
import { keyRegister } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { partnerRecords } from "#store/partners.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

const now = Date.UTC(2026, 5, 1);
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

function issue(input: Partial<CreateKey> & { partner: string }) {
  const peppers = createPeppers(new Map([[1, new Uint8Array(32)]]));
  const knownScopes = new Set(["orders:read", "orders:write", "products:read"]);
  const ports = { partners: partnerRecords(store), keys: keyRegister(store), peppers, knownScopes, versions: ["2026-02-01", "2026-01-01"] as const };
  return createKey(ports, { environment: "live", scopes: ["orders:read"], ...input }, now);
}

test("partners are made once per name, whatever its case, also by two operators at the same moment", async () => {
  const both = await Promise.all(
    ["Harbour & Sons", "harbour & sons"].map((name) =>
      createPartner(partnerRecords(store), { name, accounts: [{ environment: "live", account: "C0000002" }] }, now),
    ),
  );
  expect(both.map((result) => result.kind).sort()).toEqual(["created", "refused"]);
  expect(both.find((result) => result.kind === "refused")).toMatchObject({ reasons: [expect.stringContaining("There is a partner named")] });
  const listed = await listPartners(partnerRecords(store));
  expect(listed).toHaveLength(1);
  expect(listed[0]?.accounts).toEqual([{ environment: "live", account: "C0000002" }]);
});

test("accounts are added by id or name, once each, and blank ones are refused", async () => {
  const partners = partnerRecords(store);
  const more = [
    { environment: "test", account: "C0000003" },
    { environment: "live", account: "C0000002" },
  ] as const;
  await addAccount(partners, "HARBOUR & SONS", more);
  expect(await addAccount(partners, "Harbour & Sons", more)).toMatchObject({
    kind: "added",
    partner: {
      accounts: [
        { environment: "live", account: "C0000002" },
        { environment: "test", account: "C0000003" },
      ],
    },
  });
  for (const account of ["", " ", " C1", "C1 ", "C\n1"]) {
    expect(await addAccount(partners, "Harbour & Sons", [{ environment: "live", account }])).toMatchObject({ kind: "refused" });
  }
  expect(await addAccount(partners, "Nobody", more)).toMatchObject({ reasons: ['There is no partner "Nobody".'] });
});

test("a key carries what was asked for, and its secret is nowhere in the database", async () => {
  const result = await issue({ partner: "Harbour & Sons", scopes: ["products:read", "orders:*", "products:read"], label: "ERP sync", expiresAt: now + 60_000 });
  if (result.kind !== "created") throw new Error(result.reasons.join(" "));
  const listed = await listKeys({ partners: partnerRecords(store), keys: keyRegister(store) }, "harbour & sons");
  expect(listed).toEqual({ kind: "listed", keys: [result.key] });
  expect(result.key).toMatchObject({
    scopes: ["orders:*", "products:read"],
    apiVersion: "2026-02-01",
    label: "ERP sync",
    expiresAt: now + 60_000,
    createdAt: now,
  });

  const stored = JSON.stringify(await store.selectFrom("api_keys").selectAll().execute());
  expect(stored).toContain(result.key.kid);
  const secret = result.token.slice(-49, -6);
  expect(stored).not.toContain(secret);
  expect(stored).not.toContain(Buffer.from(secret).toString("hex"));
});

test("what cannot be issued is refused with every reason at once, and nothing is stored", async () => {
  const before = await store.selectFrom("api_keys").select("kid").execute();
  const result = await issue({
    partner: "Nobody",
    scopes: ["orders:read", "orders:reed", "secrets:*", "ORDERS:READ", "*"],
    apiVersion: "2020-01-01",
    expiresAt: now,
    label: "a\nb",
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
  expect(await issue({ partner: "Harbour & Sons", scopes: [] })).toMatchObject({ reasons: ["A key needs at least one scope."] });
  expect(await store.selectFrom("api_keys").select("kid").execute()).toHaveLength(before.length);
});

test("revoking is final, keeps its first time, and says when there is no such key", async () => {
  const result = await issue({ partner: "Harbour & Sons" });
  if (result.kind !== "created") throw new Error(result.reasons.join(" "));
  expect(await revokeKey(keyRegister(store), result.key.kid, now + 1)).toMatchObject({ kind: "revoked", key: { revokedAt: now + 1 } });
  expect(await revokeKey(keyRegister(store), result.key.kid, now + 2)).toMatchObject({ kind: "revoked", key: { revokedAt: now + 1 } });
  expect(await revokeKey(keyRegister(store), "aaaaaaaaaaaa", now)).toEqual({ kind: "refused", reasons: ['There is no key "aaaaaaaaaaaa".'] });
});

test("names that could forge a line, or pass for an id, are refused", async () => {
  for (const name of ["", "  ", "a\nb", "ptr_abc", "x".repeat(201)]) {
    expect(await createPartner(partnerRecords(store), { name, accounts: [] }, now)).toMatchObject({ kind: "refused" });
  }
});
