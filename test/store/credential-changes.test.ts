/** Changes of credentials in real tables: whatever is committed is told to every poller exactly once, in whatever order it is committed. */
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Changed } from "#control-plane/credentials/change-records.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { credentialChanges } from "#store/credential-changes.ts";
import { listenForChanges } from "#store/listen.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let store: Store;
const clients: pg.Client[] = [];
const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  clients.push(client);
  return client;
};

beforeAll(async () => {
  database = await createDatabase(gatewayTables);
  store = connectStore({ url: database.url, poolSize: 2, timeoutMs: 2_000, onBrokenConnection: () => undefined });
});
beforeEach(async () => {
  await store.deleteFrom("partners").execute();
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await store.destroy();
  await database.drop();
});

/** One process that polls. */
async function poller(): Promise<() => Promise<readonly string[] | "everything">> {
  const changes = credentialChanges(store);
  let { mark } = await changes.since(undefined);
  return async () => {
    const read: { mark: string; changed: Changed } = await changes.since(mark);
    mark = read.mark;
    return read.changed === "everything" ? "everything" : [...read.changed].sort();
  };
}

const partner = (id: string): string => `insert into sluice.partners (id, name) values ('${id}', '${id}')`;

describe("a poll", () => {
  test("tells everything the first time, and then what was committed since, once", async () => {
    expect((await credentialChanges(store).since(undefined)).changed).toBe("everything");
    const poll = await poller();
    const client = await connect();
    await client.query(partner("a"));
    expect(await poll()).toEqual(["partner:a"]);
    expect(await poll()).toEqual([]);
  });

  test("tells of a transaction that began before others and commits after them, with what it did in savepoints", async () => {
    const [slow, quick] = [await connect(), await connect()];
    const poll = await poller();
    await slow.query("begin");
    await slow.query(partner("slow"));
    await slow.query("savepoint inner_one");
    await slow.query(partner("inner"));
    await slow.query("release inner_one");
    await quick.query(partner("quick"));
    expect(await poll()).toEqual(["partner:quick"]);
    await quick.query(partner("later"));
    expect(await poll()).toEqual(["partner:later"]);
    await slow.query("commit");
    expect(await poll()).toEqual(["partner:inner", "partner:slow"]);
    expect(await poll()).toEqual([]);
  });

  test("is not held up by a transaction that stays open, nor told of one that is rolled back", async () => {
    const [idle, client] = [await connect(), await connect()];
    await idle.query("begin");
    await idle.query(partner("never"));
    const poll = await poller();
    for (const id of ["a", "b", "c"]) {
      await client.query(partner(id));
      expect(await poll()).toEqual([`partner:${id}`]);
    }
    await idle.query("rollback");
    expect(await poll()).toEqual([]);
  });

  test("misses nothing of many writers, whoever polls and how often", async () => {
    const [often, once] = [await poller(), await poller()];
    const writers = await Promise.all(Array.from({ length: 6 }, connect));
    const told: string[] = [];
    let over = false;
    const polling = (async () => {
      while (!over) {
        const changed = await often();
        expect(changed).not.toBe("everything");
        told.push(...changed);
      }
    })();
    const written: string[] = [];
    await Promise.all(
      writers.map(async (client, writer) => {
        for (let number = 0; number < 40; number += 1) {
          const id = `w${writer}_${number}`;
          await client.query("begin");
          await client.query(partner(id));
          await client.query("select pg_sleep($1)", [Math.random() * 0.02]);
          await client.query(number % 5 === 0 ? "rollback" : "commit");
          if (number % 5 !== 0) written.push(`partner:${id}`);
        }
      }),
    );
    over = true;
    await polling;
    const rest = await often();
    expect(rest).not.toBe("everything");
    expect([...told, ...rest].sort()).toEqual(written.sort());
    expect(await once()).toEqual(written);
  });

  test("says all of a kind where one statement changes very many, and everything where many statements do", async () => {
    const client = await connect();
    const poll = await poller();
    await client.query("insert into sluice.partners (id, name) select 'p' || n, 'n' || n from generate_series(1, 1001) n");
    expect(await poll()).toEqual(["partner:*"]);
    await client.query("truncate sluice.partners cascade");
    expect(await poll()).toEqual(["client:*", "key:*", "partner:*"]);
    for (let number = 0; number < 11; number += 1)
      await client.query(`insert into sluice.partners (id, name) select 'p${number}_' || n, 'n${number}_' || n from generate_series(1, 100) n`);
    expect(await poll()).toBe("everything");
  });
});

test("keys are named by their id, their partner's accounts by the partner; a change to another table is none", async () => {
  const client = await connect();
  await client.query(partner("a"));
  const poll = await poller();
  await client.query(
    `insert into sluice.api_keys (kid, partner, environment, mac, pepper_version, scopes, api_version, lineage)
     values ('aaaaaaaaaaaa', 'a', 'live', decode(repeat('00', 32), 'hex'), 1, '{x:read}', '2026-01-01', 'aaaaaaaaaaaa')`,
  );
  expect(await poll()).toEqual(["key:aaaaaaaaaaaa"]);
  await client.query("update sluice.api_keys set revoked_at = now()");
  expect(await poll()).toEqual(["key:aaaaaaaaaaaa"]);
  await client.query("insert into sluice.partner_accounts (partner, environment, account) values ('a', 'live', 'C1')");
  expect(await poll()).toEqual(["partner:a"]);
  await client.query("insert into sluice.credential_uses (credential, first_used_at, last_used_at, uses) values ('x', now(), now(), 1)");
  await client.query("update sluice.partners set name = 'b' where id = 'nobody'");
  expect(await poll()).toEqual([]);
  await client.query("delete from sluice.api_keys");
  expect(await poll()).toEqual(["key:aaaaaaaaaaaa"]);
});

test("what is swept away was seen by every poller that goes on; one that was away for longer forgets everything", async () => {
  const client = await connect();
  const [there, away] = [await poller(), await poller()];
  const sweep = () => client.query("select sluice.sweep_credential_changes(interval '0')");
  const kept = async () => (await client.query<{ count: number }>("select count(*)::int as count from sluice.credential_changes")).rows[0]?.count;
  await sweep();
  await sweep();
  expect(await there()).not.toBe(undefined);
  await client.query(partner("swept"));
  await sweep();
  expect(await there()).toEqual(["partner:swept"]);
  await sweep();
  expect(await kept()).toBe(0);
  expect(await there()).toEqual([]);
  expect(await away()).toBe("everything");
  expect(await away()).toEqual([]);
  // As it is called in truth: nothing that anybody might still ask for is deleted.
  await client.query(partner("young"));
  for (let round = 0; round < 3; round += 1) await credentialChanges(store).sweep();
  expect(await kept()).toBe(1);
});

test("a notification wakes whoever listens; a connection that is ended is made again, and says so once", async () => {
  let notices = 0;
  const states: string[] = [];
  const listener = listenForChanges({
    url: database.url,
    channel: "sluice_credentials",
    timeoutMs: 2_000,
    onNotice: () => (notices += 1),
    onState: (state) => states.push(state),
  });
  const until = async (done: () => boolean): Promise<void> => {
    const end = performance.now() + 10_000;
    while (!done()) {
      expect(performance.now()).toBeLessThan(end);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  await until(listener.isListening);
  const client = await connect();
  const before = notices;
  await client.query(partner("heard"));
  await until(() => notices > before);
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'`);
  await until(() => states.length === 2 && listener.isListening());
  expect(states).toEqual(["lost", "back"]);
  const after = notices;
  await client.query(partner("heard again"));
  await until(() => notices > after);
  await listener.close();
  expect(listener.isListening()).toBe(false);
});
