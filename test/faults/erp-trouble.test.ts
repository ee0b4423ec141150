/** The ERP is there but locked, slow, overrun or changed: 503 within a bound for what needs it, and all else serves on. */
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { expect, test } from "vitest";
import { withClient } from "../projects/demo/databases.ts";
import { expectEdgeAlive, expectRecovery, expectUnavailable, faultyGateway, poolSize } from "./faulty-gateway.ts";

const faulty = faultyGateway();
const inErp = <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => withClient(faulty().databases.live.url, work);

/** Runs `work` while another session holds an exclusive lock on the table. */
async function whileLocked<T>(table: string, work: (unlock: () => Promise<unknown>) => Promise<T>): Promise<T> {
  return inErp(async (client) => {
    await client.query(`BEGIN; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`);
    return work(() => client.query("COMMIT"));
  });
}

test("a locked table is 503 for what reads it, within the lock timeout, and serves again once it is free", async () => {
  const { ask } = faulty();
  await whileLocked("OEHDR", async (unlock) => {
    for (const path of ["/v1/orders?limit=1", "/v1/orders/0000100001", "/v1/shipments?limit=1"]) {
      const reply = await ask(path);
      expectUnavailable(reply);
      expect(reply.ms).toBeLessThan(3_000);
      // The ERP gave the lock up itself; a client's own timeout would leave the statement waiting there.
      const { rows } = await inErp((client) =>
        client.query("SELECT query FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database() AND wait_event_type = 'Lock'"),
      );
      expect(rows).toEqual([]);
    }
    for (const path of ["/v1/products?limit=1", "/v1/invoices?limit=1", "/v1/customers?limit=1", "/v1/stock?limit=1"])
      expect((await ask(path)).status, path).toBe(200);
    await expectEdgeAlive(faulty());
    await unlock();
  });
  await expectRecovery(() => ask("/v1/orders?limit=1"));
});

test("a lock that is short makes requests wait, not fail", async () => {
  const { ask } = faulty();
  await whileLocked("OEHDR", async (unlock) => {
    const waiting = ask("/v1/orders?limit=1");
    await sleep(100);
    await unlock();
    expect((await waiting).status).toBe(200);
  });
});

test("a table of child rows that is locked is 503 for who asks for them, and nothing for who does not", async () => {
  const { ask } = faulty();
  await whileLocked("OELIN", async () => {
    expectUnavailable(await ask("/v1/orders?limit=1&expand=lines"));
    expect((await ask("/v1/orders?limit=1")).status).toBe(200);
  });
});

test("a statement that takes too long is ended by the ERP itself: 503, and no work goes on there", { timeout: 30_000 }, async () => {
  const { ask } = faulty();
  await inErp(async (client) => {
    await client.query(`ALTER TABLE "ARPAY" RENAME TO "ARPAY_FAST"; CREATE VIEW "ARPAY" AS SELECT * FROM "ARPAY_FAST" WHERE pg_sleep(0.2) IS NOT NULL`);
    const replies = await Promise.all(Array.from({ length: poolSize * 4 }, () => ask("/v1/payments?limit=5")));
    for (const reply of replies) expectUnavailable(reply);
    await expectEdgeAlive(faulty());
    const { rows } = await client.query(
      "SELECT query FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database() AND state = 'active'",
    );
    expect(rows).toEqual([]);
    await client.query(`DROP VIEW "ARPAY"; ALTER TABLE "ARPAY_FAST" RENAME TO "ARPAY"`);
  });
  await expectRecovery(() => ask("/v1/payments?limit=5"));
});

test("a pool exhausted by slow requests is 503 for the others, within the time a connection may take", { timeout: 30_000 }, async () => {
  const { ask, connections } = faulty();
  await whileLocked("OEHDR", async () => {
    const slow = Array.from({ length: poolSize * 6 }, () => ask("/v1/orders?limit=1"));
    const others = Array.from({ length: 5 }, () => ask("/v1/products?limit=1"));
    expect(await connections()).toBeLessThanOrEqual(poolSize);
    for (const reply of await Promise.all(slow)) expectUnavailable(reply);
    for (const reply of await Promise.all(others)) if (reply.status !== 200) expectUnavailable(reply);
  });
  await expectRecovery(() => ask("/v1/orders?limit=1"));
  for (const reply of await Promise.all(Array.from({ length: 20 }, () => ask("/v1/products?limit=1")))) expect(reply.status).toBe(200);
});

test("a column that was dropped, or a table renamed, takes its resource to 503 and no other; put back, it serves again", { timeout: 30_000 }, async () => {
  const { ask } = faulty();
  const changes = [
    { away: `ALTER TABLE "INHDR" RENAME COLUMN "DUEDT" TO "DUEDAT"`, back: `ALTER TABLE "INHDR" RENAME COLUMN "DUEDAT" TO "DUEDT"` },
    { away: `ALTER TABLE "INHDR" RENAME TO "INHDR_OLD"`, back: `ALTER TABLE "INHDR_OLD" RENAME TO "INHDR"` },
    {
      away: `ALTER TABLE "INHDR" ADD "COPY" INTEGER; UPDATE "INHDR" SET "COPY" = "DUEDT"; ALTER TABLE "INHDR" DROP COLUMN "DUEDT"`,
      back: `ALTER TABLE "INHDR" RENAME COLUMN "COPY" TO "DUEDT"; ALTER TABLE "INHDR" ALTER "DUEDT" SET NOT NULL`,
    },
    {
      away: `REVOKE ALL ON "INHDR" FROM CURRENT_USER; ALTER TABLE "INHDR" RENAME TO "X_INHDR"`,
      back: `ALTER TABLE "X_INHDR" RENAME TO "INHDR"; GRANT ALL ON "INHDR" TO CURRENT_USER`,
    },
  ];
  for (const { away, back } of changes) {
    const before = (await ask("/v1/invoices?limit=3")).body["data"];
    await inErp((client) => client.query(away));
    for (const path of ["/v1/invoices?limit=3", "/v1/invoices/RE00000002", "/v1/invoices?limit=1&sort=-due_on"]) expectUnavailable(await ask(path));
    for (const resource of ["orders", "products", "prices", "stock", "customers", "shipments", "payments"])
      expect((await ask(`/v1/${resource}?limit=2`)).status, `${resource} after ${away}`).toBe(200);
    await expectEdgeAlive(faulty());
    await inErp((client) => client.query(back));
    await expectRecovery(() => ask("/v1/invoices?limit=3"), 3_000);
    expect((await ask("/v1/invoices?limit=3")).body["data"]).toEqual(before);
  }
});

test("a column of another type than before answers by the new type, without a restart", async () => {
  const { ask } = faulty();
  const query = "/v1/shipments?limit=200&fields=id,planned_on&planned_on%5Bgte%5D=2020-01-01&sort=planned_on";
  const before = (await ask(query)).body["data"];
  await inErp((client) => client.query(`ALTER TABLE "SHHDR" ALTER "PLNDT" TYPE BIGINT`));
  await expectRecovery(() => ask(query), 3_000);
  expect((await ask(query)).body["data"]).toEqual(before);
});

test("a column that can be NULL from now on is read as such: a walk sorted by it still sees every row", { timeout: 30_000 }, async () => {
  const { ask } = faulty();
  const walk = async (): Promise<readonly unknown[]> => {
    const ids: unknown[] = [];
    for (let cursor: unknown = ""; typeof cursor === "string"; ) {
      const { status, body } = await ask(`/v1/shipments?limit=7&fields=id&sort=shipped_at${cursor === "" ? "" : `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      ids.push(...(Array.isArray(body["data"]) ? body["data"].map((row: unknown) => JSON.stringify(row)) : []));
      cursor = body["next_cursor"];
    }
    return ids;
  };
  const before = await walk();
  await inErp((client) =>
    client.query(
      `ALTER TABLE "SHHDR" ALTER "SHPDT" DROP NOT NULL, ALTER "SHPDT" DROP DEFAULT, ALTER "SHPDT" TYPE BIGINT; UPDATE "SHHDR" SET "SHPDT" = NULL WHERE "SHPDT" = 0 OR "SHPNO" % 5 = 0`,
    ),
  );
  await expectRecovery(() => ask("/v1/shipments?limit=7&fields=id&sort=shipped_at"), 3_000);
  const after = await walk();
  expect(after.length).toBeGreaterThan(20);
  expect([...after].sort()).toEqual([...before].sort());
});

test("clients that leave in the middle cost nothing: their statements end, the pool stays whole", { timeout: 30_000 }, async () => {
  const { ask, connections } = faulty();
  await whileLocked("OEHDR", async () => {
    const leaving = Array.from({ length: 20 }, async (_, index) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 10 + index * 5);
      await expect(ask("/v1/orders?limit=1", { signal: controller.signal })).rejects.toThrow();
    });
    await Promise.all(leaving);
  });
  await expectRecovery(() => ask("/v1/orders?limit=1"));
  for (const reply of await Promise.all(Array.from({ length: 30 }, () => ask("/v1/orders?limit=2&expand=lines")))) expect(reply.status).toBe(200);
  expect(await connections()).toBeLessThanOrEqual(poolSize);
});

test("an ERP that takes no more connections is 503, and serves when it does again", { timeout: 30_000 }, async () => {
  const { ask, databases } = faulty();
  await inErp((client) =>
    client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice'`),
  );
  const allow = (yes: boolean) => withClient(databases.test.url, (client) => client.query(`ALTER DATABASE "${databases.live.name}" ALLOW_CONNECTIONS ${yes}`));
  await allow(false);
  try {
    for (let turn = 0; turn < 3; turn += 1) expectUnavailable(await ask("/v1/products?limit=1"));
    await expectEdgeAlive(faulty());
  } finally {
    await allow(true);
  }
  await expectRecovery(() => ask("/v1/products?limit=1"));
});
