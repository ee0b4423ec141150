/** The connection to the ERP fails in every way a network knows: 503 within a bound, everything else alive, recovery by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { withClient } from "../projects/demo/databases.ts";
import { expectEdgeAlive, expectRecovery, expectUnavailable, faultyGateway, poolSize } from "./faulty-gateway.ts";

const faulty = faultyGateway();
const paths = [
  "/v1/orders?limit=5&expand=lines,notes",
  "/v1/products?limit=1",
  "/v1/customers/C0000001",
  "/v1/invoices/RE00000002",
  "/v1/orders/no-such-order",
];

afterEach(async () => {
  faulty().erp.cutAfter(undefined);
  await faulty().erp.turn("pass");
  await expectRecovery(() => faulty().ask("/v1/orders?limit=1"));
});

describe.for(["refuse", "hang", "reset"] as const)("an ERP that does %s connections", (mode) => {
  test("is 503 in every resource, from an idle pool and from none, while the edge and the other environment serve on", { timeout: 60_000 }, async () => {
    const { ask, erp, keys } = faulty();
    expect((await ask("/v1/orders?limit=1")).status).toBe(200);
    await erp.turn(mode);
    for (const round of [1, 2]) {
      const replies = await Promise.all(paths.map((path) => ask(path)));
      for (const reply of replies) expectUnavailable(reply);
      await expectEdgeAlive(faulty());
      expect((await ask("/v1/orders?limit=1", { key: keys.test })).status, `round ${round}`).toBe(200);
    }
    const health: unknown = await (await fetch(`${faulty().gateway.url}/health`)).json();
    expect(health).toMatchObject({ status: "degraded", sources: { "erp.live": "unavailable", "erp.test": "available" } });
  });

  test("recovers by itself, and the health says so", async () => {
    const { ask, erp, gateway } = faulty();
    await erp.turn(mode);
    expectUnavailable(await ask("/v1/orders?limit=1"));
    await erp.turn("pass");
    await expectRecovery(() => ask("/v1/orders?limit=1"));
    for (let turn = 0; turn < 10; turn += 1) expect((await ask("/v1/orders?limit=5&expand=lines")).status).toBe(200);
    expect(await (await fetch(`${gateway.url}/health`)).json()).toMatchObject({ status: "ok" });
  });
});

test("an ERP that comes and goes under load answers 200 or 503, never anything else, and no slower than the bound", { timeout: 60_000 }, async () => {
  const { ask, erp } = faulty();
  const statuses = new Map<number, number>();
  let stop = false;
  const load = Array.from({ length: 6 }, async () => {
    while (!stop) {
      const reply = await ask("/v1/orders?limit=20&expand=lines");
      if (reply.status !== 200) expectUnavailable(reply);
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    }
  });
  for (const mode of ["reset", "pass", "refuse", "pass", "reset", "pass", "hang", "pass"] as const) {
    await erp.turn(mode);
    await sleep(1_000); // longer than the breaker's pause
  }
  stop = true;
  await Promise.all(load);
  expect([...statuses.keys()].sort()).toEqual([200, 503]);
});

test("a connection cut in the middle of a result is 503, not half a page", { timeout: 30_000 }, async () => {
  const { ask, erp } = faulty();
  const whole = (await ask("/v1/orders?limit=100&expand=lines&sort=id")).body["data"];
  for (const bytes of [1, 100, 1_000, 4_000, 12_000]) {
    erp.cutAfter(bytes);
    expectUnavailable(await ask("/v1/orders?limit=100&expand=lines&sort=id"));
    erp.cutAfter(undefined);
    await expectRecovery(() => ask("/v1/orders?limit=1"));
  }
  expect((await ask("/v1/orders?limit=100&expand=lines&sort=id")).body["data"]).toEqual(whole);
});

test("backends killed by the ERP's administrator cost at most a 503 each, idle or busy", { timeout: 30_000 }, async () => {
  const { ask, databases } = faulty();
  const kill = () =>
    withClient(databases.live.url, (client) =>
      client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice'"),
    );
  for (let round = 0; round < 5; round += 1) {
    const replies = Promise.all(Array.from({ length: 9 }, () => ask("/v1/orders?limit=100&expand=lines")));
    await sleep(10 * round);
    await kill();
    for (const reply of await replies) if (reply.status !== 200) expectUnavailable(reply);
    await expectRecovery(() => ask("/v1/orders?limit=1"), 2_000);
  }
  await kill();
  await sleep(100);
  const afterIdle = await ask("/v1/orders?limit=1");
  if (afterIdle.status !== 200) expectUnavailable(afterIdle);
});

test("a hung ERP leaks no connections: never more than the pool, and the pool as before afterwards", { timeout: 60_000 }, async () => {
  const { ask, erp, connections } = faulty();
  await erp.turn("hang");
  for (let round = 0; round < 3; round += 1)
    for (const reply of await Promise.all(Array.from({ length: 10 }, () => ask("/v1/orders?limit=1")))) expectUnavailable(reply);
  await erp.turn("pass");
  await expectRecovery(() => ask("/v1/orders?limit=1"));
  await sleep(500);
  expect(erp.open).toBeLessThanOrEqual(poolSize);
  expect(await connections()).toBeLessThanOrEqual(poolSize);
  const replies = await Promise.all(Array.from({ length: 30 }, () => ask("/v1/orders?limit=1")));
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
});
