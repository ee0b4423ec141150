/** Limits in workerd: shared through Redis with everyone else, and by each isolate for itself where there is none. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { limitAssign } from "#control-plane/limits/assign.ts";
import { limitCreate } from "#control-plane/limits/create.ts";
import { perform } from "#control-plane/perform.ts";
import gateway from "../../demo/gateway.ts";
import { demoDatabases } from "../projects/demo/databases.ts";
import { askingAt, did } from "../support/control-plane.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { describeWith } from "../support/requires.ts";
import { parseList } from "../support/structured-fields.ts";
import { serveInWorkerd, type WorkerGateway } from "./serve-in-workerd.ts";

function inWorkerd(withRedis: boolean): void {
  let served: WorkerGateway;
  let redis: RedisServer | undefined;
  let close: () => Promise<void>;
  let partners = 0;

  beforeAll(async () => {
    const databases = await demoDatabases({ small: true });
    const store = await createDatabase(gatewayTables);
    redis = withRedis ? await startRedis() : undefined;
    served = await serveInWorkerd({
      definition: gateway,
      sources: databases.sources,
      storeUrl: store.url,
      variables: redis === undefined ? {} : { REDIS_URL: redis.url },
    });
    close = async () => {
      await served.stop();
      await redis?.stop();
      await store.drop();
      await databases.drop();
    };
  }, 180_000);
  afterAll(() => close());

  async function keyWith(plan: Readonly<Record<string, number>>): Promise<string> {
    partners += 1;
    const name = `partner-${partners}`;
    await served.createPartner(name, { live: ["C0000001"] });
    await did(perform(served.plane, limitCreate, { plan: name, ...plan }, askingAt(Date.now())));
    await did(perform(served.plane, limitAssign, { plan: name, partner: name, environment: "live" }, askingAt(Date.now())));
    return served.createKey({ partner: name, environment: "live", scopes: ["orders:read"] });
  }

  const get = (key: string) => fetch(`${served.url}/v1/orders?limit=1`, { headers: { Authorization: `Bearer ${key}` } });

  test("rates and quotas hold, and every answer tells of them", async () => {
    const key = await keyWith({ burst_quota: 4, burst_seconds: 60, daily_quota: 3 });
    const statuses = [];
    for (let sent = 0; sent < 5; sent += 1) {
      const answer = await get(key);
      statuses.push(answer.status);
      expect(parseList(answer.headers.get("RateLimit") ?? "").map(({ value }) => value)).toEqual(["burst", "daily"]);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test("requests one after the other never hold more than one place", async () => {
    const key = await keyWith({ inflight: 1 });
    for (let sent = 0; sent < 6; sent += 1) {
      expect((await get(key)).status).toBe(200);
      // The place is given up behind the answer.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  if (withRedis)
    test("go on without Redis, and with it again when it is back", async () => {
      const key = await keyWith({ burst_quota: 1_000, burst_seconds: 60 });
      expect((await get(key)).status).toBe(200);
      await redis?.kill();
      for (let sent = 0; sent < 10; sent += 1) expect((await get(key)).status).toBe(200);
      await redis?.start();
      await new Promise((resolve) => setTimeout(resolve, 700));
      for (let sent = 0; sent < 3; sent += 1) expect((await get(key)).status).toBe(200);
      const lines = served
        .log()
        .split("\n")
        .filter((line) => /counts? limits|limits are counted/.test(line));
      expect(lines).toHaveLength(2);
    });
}

describe("limits of a Worker", () => inWorkerd(false));
describeWith("redis", "limits of a Worker with Redis", () => inWorkerd(true));
