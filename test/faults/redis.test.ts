/** Gateways under load while their Redis is killed, stopped, emptied and started anew: requests are answered, and never turned away for it. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limitUpdate } from "#control-plane/limits/update.ts";
import { perform } from "#control-plane/perform.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { makeSecrets } from "#testing/served-gateway.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { describeWith } from "../support/requires.ts";
import { createSleepyErp, type SleepyErp, sleepyGateway } from "./sleepy-erp.ts";

describeWith("redis", "gateways whose Redis fails", () => {
  let erp: SleepyErp;
  let tables: TestDatabase;
  let redis: RedisServer;
  let gateways: readonly NodeGateway[] = [];
  let key: string;

  beforeAll(async () => {
    [erp, tables, redis] = [await createSleepyErp("postgres", ""), await createDatabase(gatewayTables), await startRedis()];
    const parts = {
      definition: sleepyGateway("postgres", []),
      sources: new Map([["erp", { live: erp.url, test: erp.url }]]),
      storeUrl: tables.url,
      variables: { REDIS_URL: redis.url },
      secrets: makeSecrets(),
      limited: true,
    };
    gateways = [await serveOnNode(parts), await serveOnNode(parts)];
    const [first] = gateways;
    if (first === undefined) throw new Error("no gateway");
    await first.createPartner("first", { live: ["1"] });
    key = await first.createKey({ partner: "first", environment: "live", scopes: ["things:read", "naps:read", "comas:read"] });
    await did(
      perform(
        first.plane,
        limitUpdate,
        { plan: "default", burst_quota: 100_000, sustained_quota: 100_000, daily_quota: 1_000_000, inflight: 40 },
        askingAt(Date.now()),
      ),
    );
  }, 120_000);
  afterAll(async () => {
    redis.resume();
    await Promise.all(gateways.map((one) => one.stop()));
    await redis.stop();
    await erp.close();
    await tables.drop();
  });

  /** Asks both gateways again and again until `over`; how many answers there were of each status. */
  async function load(over: () => boolean): Promise<ReadonlyMap<number, number>> {
    const statuses = new Map<number, number>();
    await Promise.all(
      gateways.flatMap(({ url }) =>
        Array.from({ length: 4 }, async () => {
          while (!over()) {
            const answer = await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${key}` } });
            await answer.text();
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          }
        }),
      ),
    );
    return statuses;
  }

  const linesOf = (gateway: NodeGateway): readonly string[] =>
    gateway
      .log()
      .split("\n")
      .filter((line) => /Redis does not answer|counted for all processes together again/.test(line));
  const areShared = (): boolean => gateways.every(({ metrics }) => metrics().includes("sluice_limits_shared 1"));
  const until = async (condition: () => boolean): Promise<void> => {
    for (let tries = 0; !condition(); tries += 1) {
      if (tries > 500) throw new Error("it did not come to be");
      await sleep(20);
    }
  };

  const faults: readonly (readonly [name: string, fault: () => Promise<void> | void, repair: () => Promise<void> | void])[] = [
    ["killed and started anew", () => redis.kill(), () => redis.start()],
    ["stopped and continued", () => redis.pause(), () => redis.resume()],
  ];

  describe.each(faults)("%s", (_name, fault, repair) => {
    test("every request is answered, one line tells of each change, and it heals by itself", async () => {
      await until(areShared);
      const before = gateways.map((one) => linesOf(one).length);
      let isOver = false;
      const loaded = load(() => isOver);
      await sleep(300);
      await fault();
      await sleep(1_500);
      expect(gateways.map(({ metrics }) => /sluice_limits_shared (\d)/.exec(metrics())?.[1])).toEqual(["0", "0"]);
      await repair();
      await until(areShared);
      await sleep(300);
      isOver = true;
      const statuses = await loaded;
      expect([...statuses.keys()]).toEqual([200]);
      expect(statuses.get(200)).toBeGreaterThan(100);
      expect(gateways.map((one, at) => linesOf(one).length - (before[at] ?? 0))).toEqual([2, 2]);
    });
  });

  test("emptied again and again: every request is answered", async () => {
    let isOver = false;
    const loaded = load(() => isOver);
    for (let round = 0; round < 5; round += 1) {
      await sleep(150);
      await redis.flush();
    }
    isOver = true;
    expect([...(await loaded).keys()]).toEqual([200]);
  });

  test("a client that goes away gives up its place at once, though the ERP is still at work for it", async () => {
    const [gateway] = gateways;
    if (gateway === undefined) throw new Error("no gateway");
    await did(perform(gateway.plane, limitUpdate, { plan: "default", inflight: 1 }, askingAt(Date.now())));
    const quick = async () => (await fetch(`${gateway.url}/v1/things`, { headers: { Authorization: `Bearer ${key}` } })).status;
    await expect.poll(quick).toBe(200);
    await sleep(1_200);
    const leaving = new AbortController();
    const slow = fetch(`${gateway.url}/v1/comas`, { headers: { Authorization: `Bearer ${key}` }, signal: leaving.signal }).catch(() => "gone");
    await expect.poll(quick, { interval: 20 }).toBe(429);
    leaving.abort();
    expect(await slow).toBe("gone");
    await expect.poll(quick, { interval: 20, timeout: 2_000 }).toBe(200);
  });
});
