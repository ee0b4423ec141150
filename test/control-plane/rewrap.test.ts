/** Changing SLUICE_SECRET: every secret at rest moves to the new one, in small steps that may be broken off anywhere. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { perform } from "#control-plane/perform.ts";
import { secretRewrap } from "#control-plane/secrets/rewrap.ts";
import { envelopes } from "#lib/envelope.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let store: Store;
const [old, current, unknown] = [4, 5, 6].map((byte) => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array, Uint8Array]; // three of three
const rotated = envelopes({ current, others: [old] });

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 6, timeoutMs: 5_000, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});
beforeEach(async () => void (await store.deleteFrom("sealed_secrets").execute()));

const placeOf = (at: number) => ({ table: "things", row: String(at).padStart(4, "0") });

async function seal(count: number, secret: Uint8Array, from = 0): Promise<void> {
  const own = envelopes({ current: secret, others: [] });
  const rows = Array.from({ length: count }, (_, index) => {
    const place = placeOf(from + index);
    const { wrappedUnder, wrappedKey, sealed } = own.seal(Buffer.from(`secret ${from + index}`), place);
    return { of_table: place.table, of_row: place.row, wrapped_under: wrappedUnder, wrapped_key: wrappedKey, sealed };
  });
  await store.insertInto("sealed_secrets").values(rows).execute();
}

const plane = () => planeOver(store, { envelopes: rotated });
const rewrap = (limit?: number) => did(perform(plane(), secretRewrap, limit === undefined ? {} : { limit }, askingAt(Date.now())));

async function readable(secret: Uint8Array): Promise<number> {
  const own = envelopes({ current: secret, others: [] });
  const rows = await store.selectFrom("sealed_secrets").selectAll().execute();
  return rows.filter((row) => {
    const plain = own.open({ wrappedUnder: row.wrapped_under, wrappedKey: row.wrapped_key, sealed: row.sealed }, { table: row.of_table, row: row.of_row });
    return plain !== undefined && Buffer.from(plain).toString() === `secret ${Number(row.of_row)}`;
  }).length;
}

test("all move to the current secret, and it is said what is left under which", async () => {
  await seal(230, old);
  await seal(5, current, 1_000);
  await seal(3, unknown, 2_000);
  const nameOf = (secret: Uint8Array) => envelopes({ current: secret, others: [] }).current;
  expect(await rewrap(0)).toMatchObject({ rewrapped: 0 });
  const done = await rewrap();
  expect([done.rewrapped, done.unreadable]).toEqual([230, 0]);
  expect(Object.fromEntries(done.under.map(({ key, secrets, is }) => [is, [key, secrets]]))).toEqual({
    current: [nameOf(current), 235],
    unknown: [nameOf(unknown), 3],
  });
  expect(await readable(current)).toBe(235);
  expect(await rewrap()).toMatchObject({ rewrapped: 0, unreadable: 0 });
});

test("a limit stops it half way, and the next call goes on", async () => {
  await seal(250, old);
  expect(await rewrap(120)).toMatchObject({ rewrapped: 120 });
  expect([await readable(old), await readable(current)]).toEqual([130, 120]);
  expect(await rewrap()).toMatchObject({ rewrapped: 130 });
  expect(await readable(current)).toBe(250);
});

test("several at once move each once", async () => {
  await seal(600, old);
  const all = await Promise.all([rewrap(), rewrap(), rewrap()]);
  const first = all.reduce((sum, { rewrapped }) => sum + rewrapped, 0);
  // What one passed over because another held it is left for a further call, should that one have been broken off.
  expect(first + (await rewrap()).rewrapped).toBe(600);
  expect(await readable(current)).toBe(600);
});

test("one that is broken off in the middle leaves every value readable", async () => {
  await seal(300, old);
  let batches = 0;
  const own = plane();
  const breaking = {
    ...own,
    change: (...[asking, work]: Parameters<typeof own.change>) => {
      batches += 1;
      return own.change(asking, async (changing) => {
        const value = await work(changing);
        if (batches === 2) throw new Error("broken off");
        return value;
      });
    },
  } as typeof own; // the same function, of fewer types
  await expect(perform(breaking, secretRewrap, {}, askingAt(Date.now()))).rejects.toThrow("broken off");
  expect([await readable(old), await readable(current)]).toEqual([200, 100]);
  expect(await rewrap()).toMatchObject({ rewrapped: 200 });
});

test("what was tampered with, or moved to another row, stays as it is and is counted", async () => {
  await seal(150, old);
  await store.updateTable("sealed_secrets").set({ of_row: "9999" }).where("of_row", "=", "0003").execute();
  await store
    .updateTable("sealed_secrets")
    .set({ wrapped_key: new Uint8Array(61) })
    .where("of_row", "=", "0120")
    .execute();
  const done = await rewrap();
  expect([done.rewrapped, done.unreadable]).toEqual([148, 2]);
  expect(done.under.find(({ is }) => is === "known")?.secrets).toBe(2);
});
