/** Reads go to the replica where there is one, with a pool and a breaker of its own; without it, to the primary or to nobody. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DialectName } from "#erp/binding/source.ts";
import { describeWith } from "../support/requires.ts";
import { createSleepyErp, openSleepyGateway, type Reply, type SleepyErp, type SleepyGateway } from "./sleepy-erp.ts";

const quick = {
  SOURCE_TIMEOUT_MS: "1000",
  SOURCE_CONNECT_TIMEOUT_MS: "1000",
  SOURCE_BREAKER_FAILURES: "2",
  SOURCE_BREAKER_MIN_MS: "300",
  SOURCE_BREAKER_MAX_MS: "300",
};

/** Which of the two answered: their one thing has another weight. */
const weightOf = ({ status, body }: Reply): unknown => (status === 200 ? body["weight"] : status);

function reads(dialect: DialectName, at: string): void {
  let primary: SleepyErp;
  let replica: SleepyErp;
  let gateway: SleepyGateway | undefined;
  const open = async (variables: Readonly<Record<string, string>> = {}): Promise<SleepyGateway> => {
    gateway = await openSleepyGateway(primary, { variables: { ...quick, ...variables }, replicaUrl: replica.url });
    return gateway;
  };
  beforeAll(async () => {
    primary = await createSleepyErp(dialect, at, 1);
    replica = await createSleepyErp(dialect, at, 2);
  });
  afterEach(async () => {
    await primary.proxy.turn("pass");
    await replica.proxy.turn("pass");
    await gateway?.close();
    gateway = undefined;
  });
  afterAll(async () => {
    await primary?.close();
    await replica?.close();
  });

  test("come from the replica, and the primary is not even connected to", async () => {
    const taken = primary.proxy.taken;
    const { ask, metric } = await open();
    expect(await Promise.all(Array.from({ length: 10 }, () => ask("first", "/v1/things/a").then(weightOf)))).toEqual(Array(10).fill(2));
    expect(primary.proxy.taken).toBe(taken);
    expect(metric("sluice_source_statements_total", { target: "replica", outcome: "answered" })).toBeGreaterThan(9);
    expect(metric("sluice_source_statements_total")).toBe(0);
  });

  test.for(["refuse", "hang"] as const)(
    "come from the primary while the replica does %s, and from the replica once it is back",
    { timeout: 30_000 },
    async (mode) => {
      const { ask, health, metric, logged } = await open();
      const weight = (): Promise<unknown> => ask("first", "/v1/things/a").then(weightOf);
      expect(await weight()).toBe(2);
      await replica.proxy.turn(mode);
      const answers = [await weight(), await weight(), await weight(), await weight()];
      expect(answers).toEqual([503, 503, 1, 1]);
      expect(await health()).toMatchObject({ status: "degraded" });
      expect(metric("sluice_source_breaker_opened_total")).toBe(0);
      await replica.proxy.turn("pass");
      await expect.poll(weight, { timeout: 10_000 }).toBe(2);
      expect(await health()).toMatchObject({ status: "ok" });
      expect(logged("change")).toEqual(["opened", "closed"]);
      expect(logged("target")).toEqual(["replica", "replica"]);
    },
  );

  test("are 503 while the replica is away, where the primary is to be spared", { timeout: 30_000 }, async () => {
    const { ask, metric } = await open({ SOURCE_REPLICA_FALLBACK: "none" });
    const weight = (): Promise<unknown> => ask("first", "/v1/things/a").then(weightOf);
    expect(await weight()).toBe(2);
    await replica.proxy.turn("refuse");
    expect([await weight(), await weight(), await weight(), await weight()]).toEqual([503, 503, 503, 503]);
    expect(metric("sluice_source_statements_total")).toBe(0);
    await replica.proxy.turn("pass");
    await expect.poll(weight, { timeout: 10_000 }).toBe(2);
  });

  test("are no matter to the primary's trouble", async () => {
    const { ask } = await open();
    await primary.proxy.turn("refuse");
    expect(weightOf(await ask("first", "/v1/things/a"))).toBe(2);
  });
}

describe("reads on Postgres", () => reads("postgres", ""));
describeWith("mariadb", "reads on MariaDB", (at) => reads("mariadb", at));
