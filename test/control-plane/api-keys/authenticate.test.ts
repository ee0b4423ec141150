/** Authentication by API key over real tables, and what holds when the store is slow, gone or flooded. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKeyAuthenticator } from "#control-plane/api-keys/authenticate.ts";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { formatKey, generateKey } from "#control-plane/api-keys/format.ts";
import type { KeyRecord, KeyRecords } from "#control-plane/api-keys/key-records.ts";
import { createPeppers, type Peppers } from "#control-plane/api-keys/peppers.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import { Problem } from "#lib/problems.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";

const knownScopes = new Set(["orders:read", "orders:write", "orders.margin:read", "products:read"]);
const versions = ["2026-01-15"] as const;
const now = Date.UTC(2026, 5, 1);
const peppers = createPeppers(new Map([[1, new Uint8Array(32).fill(1)]]));

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  const accounts = [
    { environment: "live", account: "C2" },
    { environment: "live", account: "C1" },
    { environment: "test", account: "T1" },
  ];
  await did(perform(planeOver(store), partnerCreate, { name: "Northwind", accounts }, askingAt(now)));
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

async function issue(options: { environment?: "live" | "test"; scopes?: string[]; expiresAt?: number; peppers?: Peppers } = {}): Promise<string> {
  const { environment = "live", scopes = ["orders:read"], expiresAt } = options;
  const plane = planeOver(store, { peppers: options.peppers ?? peppers, knownScopes, versions });
  const end = expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() };
  return (await did(perform(plane, keyCreate, { partner: "northwind", environment, scopes, ...end }, askingAt(now)))).key;
}

/** Counts lookups, and lets a test put something before each. */
function counted(records: KeyRecords, before: () => Promise<void> = async () => undefined) {
  const seen: string[] = [];
  return {
    seen,
    find: async (kid: string) => {
      seen.push(kid);
      await before();
      return records.find(kid);
    },
  };
}

function authenticator(keys: KeyRecords, elapsedMs = () => performance.now(), more: { cacheCapacity?: number; peppers?: Peppers } = {}) {
  return createKeyAuthenticator({ keys, peppers: more.peppers ?? peppers, knownScopes, elapsedMs, ...more });
}

const kidOf = (token: string): string => token.split("_")[2] ?? "";

describe("a key that was issued", () => {
  test("leads to its partner, environment, accounts of that environment, scopes and version", async () => {
    const token = await issue({ scopes: ["products:read", "orders:*"] });
    expect(await authenticator(keyRecords(store)).authenticate(token, now)).toMatchObject({
      kind: "authenticated",
      principal: {
        partner: expect.stringMatching(/^ptr_/),
        partnerName: "Northwind",
        environment: "live",
        keyId: kidOf(token),
        accounts: ["C1", "C2"],
        scopes: new Set(["orders:read", "orders:write", "products:read"]),
        apiVersion: "2026-01-15",
      },
    });
    const inTest = await authenticator(keyRecords(store)).authenticate(await issue({ environment: "test" }), now);
    expect(inTest).toMatchObject({ principal: { environment: "test", accounts: ["T1"] } });
  });

  test("is refused with the right reason when secret, environment or time do not fit", async () => {
    const subject = authenticator(keyRecords(store));
    const token = await issue({ expiresAt: now + 1_000 });
    const kid = kidOf(token);
    const refused = (reason: string) => ({ kind: "refused", reason });
    expect(await subject.authenticate(formatKey({ ...generateKey("live"), kid }), now)).toEqual(refused("secret"));
    expect(await subject.authenticate(formatKey({ ...generateKey("test"), kid }), now)).toEqual(refused("unknown"));
    expect(await subject.authenticate(formatKey(generateKey("live")), now)).toEqual(refused("unknown"));
    expect(await subject.authenticate(token, now + 999)).toMatchObject({ kind: "authenticated" });
    expect(await subject.authenticate(token, now + 1_000)).toEqual(refused("expired"));
    await store.updateTable("api_keys").set({ suspended_at: new Date() }).where("kid", "=", kid).execute();
    expect(await authenticator(keyRecords(store)).authenticate(token, now)).toEqual(refused("suspended"));
  });

  test("goes on to work after the pepper was rotated, and fails loudly, not as refused, when its pepper is missing", async () => {
    const token = await issue();
    const rotated = createPeppers(
      new Map([
        [1, new Uint8Array(32).fill(1)],
        [2, new Uint8Array(32).fill(2)],
      ]),
    );
    const newer = await issue({ peppers: rotated });
    const subject = authenticator(keyRecords(store), undefined, { peppers: rotated });
    expect(await subject.authenticate(token, now)).toMatchObject({ kind: "authenticated" });
    expect(await subject.authenticate(newer, now)).toMatchObject({ kind: "authenticated" });
    const without = authenticator(keyRecords(store), undefined, { peppers: createPeppers(new Map([[2, new Uint8Array(32).fill(2)]])) });
    await expect(without.authenticate(token, now)).rejects.toMatchObject({ code: "gateway-unavailable" });
  });
});

describe("revocation", () => {
  test("is seen as soon as the entry's second is over, and never later", async () => {
    let elapsed = 0;
    const subject = authenticator(keyRecords(store), () => elapsed);
    const token = await issue();
    expect(await subject.authenticate(token, now)).toMatchObject({ kind: "authenticated" });
    await did(perform(planeOver(store), keyRevoke, { key: kidOf(token) }, askingAt(now)));
    elapsed = 999;
    expect(await subject.authenticate(token, now)).toMatchObject({ kind: "authenticated" });
    elapsed = 1_000;
    expect(await subject.authenticate(token, now)).toEqual({ kind: "refused", reason: "revoked" });
  });

  test("that happens while a slow lookup is underway ages the entry from the lookup's beginning", async () => {
    let elapsed = 0;
    const slow = counted(keyRecords(store), async () => {
      elapsed += 1_500;
    });
    const subject = authenticator(slow, () => elapsed);
    const token = await issue();
    await subject.authenticate(token, now);
    await subject.authenticate(token, now);
    expect(slow.seen).toHaveLength(2);
  });
});

describe("lookups", () => {
  test("of one key by a hundred requests at once are a single one", async () => {
    const keys = counted(keyRecords(store));
    const subject = authenticator(keys);
    const token = await issue();
    const results = await Promise.all(Array.from({ length: 100 }, () => subject.authenticate(token, now)));
    expect(results.every((result) => result.kind === "authenticated")).toBe(true);
    expect(keys.seen).toHaveLength(1);
  });

  test("do not happen at all for what is malformed or mistyped, and once for an unknown key", async () => {
    const keys = counted(keyRecords(store));
    const subject = authenticator(keys);
    const token = formatKey(generateKey("live"));
    for (const junk of [
      "",
      "x",
      "slc_live_",
      token.slice(1),
      `${token} `,
      token.replace(/.$/, "!"),
      `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`,
    ]) {
      expect(await subject.authenticate(junk, now)).toMatchObject({ kind: "refused" });
    }
    expect(keys.seen).toHaveLength(0);
    for (let i = 0; i < 5; i++) await subject.authenticate(token, now);
    expect(keys.seen).toHaveLength(1);
  });

  test("of made-up keys drive out neither keys in use nor fill the memory", async () => {
    const keys = counted(keyRecords(store));
    const subject = authenticator(keys, () => 0, { cacheCapacity: 10 });
    const token = await issue();
    await subject.authenticate(token, now);
    const first = formatKey(generateKey("live"));
    await subject.authenticate(first, now);
    for (let i = 0; i < 30; i++) await subject.authenticate(formatKey(generateKey("live")), now);
    await subject.authenticate(token, now);
    expect(keys.seen.filter((kid) => kid === kidOf(token))).toHaveLength(1);
    await subject.authenticate(first, now);
    expect(keys.seen.filter((kid) => kid === kidOf(first))).toHaveLength(2);
  });
});

describe("a store that does not answer", () => {
  test("stops the request as unavailable with Retry-After, and is asked again by the next one", async () => {
    let broken = true;
    const keys = counted(keyRecords(store), async () => {
      if (broken) throw new Error("connect ECONNREFUSED 10.1.2.3:5432");
    });
    const subject = authenticator(keys);
    const token = await issue();
    const error = await subject.authenticate(token, now).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({ code: "gateway-unavailable", status: 503, headers: { "Retry-After": "2" } });
    expect(String(error)).not.toContain("10.1.2.3");
    broken = false;
    expect(await subject.authenticate(token, now)).toMatchObject({ kind: "authenticated" });
  });

  test("is waited for only as long as the timeouts say, and its connection is not used again", async () => {
    const bounded = connectStore({ url: database.url, poolSize: 1, timeoutMs: 300, onBrokenConnection: () => undefined });
    const token = await issue();
    const subject = authenticator(keyRecords(bounded));
    await store.transaction().execute(async (transaction) => {
      await transaction.schema
        .alterTable("api_keys")
        .alterColumn("label", (column) => column.setDefault(null))
        .execute(); // Locks the table.
      const started = performance.now();
      await expect(subject.authenticate(token, now)).rejects.toMatchObject({ code: "gateway-unavailable" });
      expect(performance.now() - started).toBeLessThan(2_000);
    });
    expect(await subject.authenticate(token, now)).toMatchObject({ kind: "authenticated" });
    await bounded.destroy();
  });

  test("that is not there at all is unavailable too", async () => {
    const nowhere = connectStore({ url: "postgres://nobody@127.0.0.1:1/nothing", poolSize: 1, timeoutMs: 300, onBrokenConnection: () => undefined });
    await expect(authenticator(keyRecords(nowhere)).authenticate(formatKey(generateKey("live")), now)).rejects.toMatchObject({ code: "gateway-unavailable" });
    await nowhere.destroy();
  });
});

test("a record whose data is nonsense does not admit anyone", async () => {
  const record = { kid: "x", mac: new Uint8Array(5), pepperVersion: 1, environment: "live", scopes: [], accounts: [] };
  const subject = authenticator({ find: async () => record as unknown as KeyRecord }); // A broken row, on purpose.
  await expect(subject.authenticate(formatKey(generateKey("live")), now)).rejects.toMatchObject({ code: "gateway-unavailable" });
});
