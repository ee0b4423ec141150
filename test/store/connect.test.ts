/** The gateway's connection to its own database: bounded waits, and no connection used again after a silent one. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectStore, type Store } from "#store/connect.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
/** A network that can fall silent: it accepts everything, and forwards nothing while `silent`. */
let network: Server;
let silent = false;
const sockets = new Set<Socket>();
let store: Store;

beforeAll(async () => {
  database = await createDatabase();
  const target = new URL(database.url);
  network = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from
        .on("data", (chunk) => void (silent || to.write(chunk)))
        .on("error", () => to.destroy())
        .on("close", () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => network.listen(0, "127.0.0.1", resolve));
  const address = network.address();
  const through = new URL(database.url);
  through.port = String(typeof address === "object" && address ? address.port : 0);
  store = connectStore({ url: through.href, poolSize: 1, timeoutMs: 300, onBrokenConnection: () => undefined });
});
afterAll(async () => {
  await store.destroy();
  for (const socket of sockets) socket.destroy();
  network.close();
  await database.drop();
});

const pid = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store)).rows[0]?.pid;

test("a network that falls silent fails a query within the timeout, and the next one gets a fresh connection", async () => {
  const first = await pid();
  silent = true;
  const started = performance.now();
  await expect(pid()).rejects.toThrow();
  await expect(pid()).rejects.toThrow();
  expect(performance.now() - started).toBeLessThan(3_000);
  silent = false;
  expect(await pid()).not.toBe(first);
});

test("a statement that runs too long is ended by the server, and its connection is used again", async () => {
  const first = await pid();
  await expect(sql`select pg_sleep(5)`.execute(store)).rejects.toThrow("statement timeout");
  expect(await pid()).toBe(first);
});

test("a connection that is lost in the middle of a statement fails that statement, and nothing else", async () => {
  const sleeping = sql`select pg_sleep(0.2)`.execute(store);
  setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, 100);
  await expect(sleeping).rejects.toThrow("Connection terminated unexpectedly");
  expect(await pid()).toBeTypeOf("number");
});
