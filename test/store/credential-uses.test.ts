/** Uses of credentials: gathered in memory, written in batches by several processes, none counted twice and the latest one shown. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUseGatherer } from "#control-plane/credentials/gather-uses.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { keyUses, useRecords } from "#store/credential-uses.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let store: Store;
beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  await database.drop();
});

const rows = async (prefix: string) =>
  (await store.selectFrom("credential_uses").selectAll().where("credential", "like", `${prefix}%`).orderBy("credential").execute()).map((row) => ({
    credential: row.credential,
    address: row.last_address,
    uses: Number(row.uses),
  }));

function gatherer(capacity = 1_000) {
  const world = { elapsed: 1_000_000, fails: false, statements: 0 };
  const records = useRecords(store);
  const uses = createUseGatherer({
    records: {
      async add(batch) {
        world.statements += 1;
        if (world.fails) throw new Error("no store");
        await records.add(batch);
      },
    },
    elapsedMs: () => world.elapsed,
    capacity,
  });
  return { world, uses };
}

test("many uses are one row and one statement, with the address of the last", async () => {
  const { world, uses } = gatherer();
  for (let number = 0; number < 500; number += 1) uses.note(`a${number % 3}`, `192.0.2.${number % 3}`);
  uses.note("a0", undefined);
  await uses.flush();
  await uses.flush();
  expect(world.statements).toBe(1);
  expect(await rows("a")).toEqual([
    { credential: "a0", address: null, uses: 168 },
    { credential: "a1", address: "192.0.2.1", uses: 167 },
    { credential: "a2", address: "192.0.2.2", uses: 166 },
  ]);
});

test("when it was is said by the store's clock, whatever the process thinks; a batch that comes late changes only the count", async () => {
  const { world, uses } = gatherer();
  uses.note("b", "192.0.2.1");
  await uses.flush();
  const first = (await keyUses(store).lastUses(["b"])).get("b");
  expect(Math.abs((first?.at ?? 0) - Date.now())).toBeLessThan(5_000);
  // Gathered ten minutes ago by a process that could not write it.
  uses.note("b", "198.51.100.1");
  world.elapsed += 600_000;
  await uses.flush();
  expect(await rows("b")).toEqual([{ credential: "b", address: "192.0.2.1", uses: 2 }]);
  expect((await keyUses(store).lastUses(["b", "nobody"])).get("b")).toEqual(first);
});

test("what cannot be written is kept within bounds and written later; what is beyond them is counted as lost", async () => {
  const { world, uses } = gatherer(10);
  world.fails = true;
  for (let number = 0; number < 15; number += 1) uses.note(`c${String(number).padStart(2, "0")}`, undefined);
  await expect(uses.flush()).rejects.toThrow("no store");
  uses.note("c00", "192.0.2.9");
  await expect(uses.flush()).rejects.toThrow("no store");
  expect(uses.lost()).toBe(5);
  world.fails = false;
  await uses.flush();
  const written = await rows("c");
  expect(written).toHaveLength(10);
  expect(written[0]).toEqual({ credential: "c00", address: "192.0.2.9", uses: 2 });
});

test("several processes that write the same credentials at once end in no deadlock, and lose no count", async () => {
  const processes = Array.from({ length: 4 }, () => gatherer());
  await Promise.all(
    processes.map(async ({ uses }, process) => {
      for (let round = 0; round < 10; round += 1) {
        for (let number = 0; number < 100; number += 1) uses.note(`d${process % 2 === 0 ? number : 99 - number}`, "192.0.2.1");
        await uses.flush();
      }
    }),
  );
  const written = await rows("d");
  expect(written).toHaveLength(100);
  expect(written.every(({ uses }) => uses === 40)).toBe(true);
});
