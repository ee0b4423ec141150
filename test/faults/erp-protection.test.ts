/** The ERP is protected from partners, and partners from one another: the breaker, fair turns, on both databases. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DialectName } from "#erp/binding/source.ts";
import { describeWith } from "../support/requires.ts";
import { createSleepyErp, openSleepyGateway, type Reply, type SleepyErp, type SleepyGateway, untilServed } from "./sleepy-erp.ts";

const quick = { SOURCE_TIMEOUT_MS: "1000", SOURCE_CONNECT_TIMEOUT_MS: "1000", SOURCE_BREAKER_FAILURES: "3" };
/** So long a pause that nothing is tried in it. */
const noTrial = { SOURCE_BREAKER_MIN_MS: "60000", SOURCE_BREAKER_MAX_MS: "60000" };
const quickTrials = { SOURCE_BREAKER_MIN_MS: "300", SOURCE_BREAKER_MAX_MS: "300" };

function protects(dialect: DialectName, at: string): void {
  let erp: SleepyErp;
  let gateway: SleepyGateway | undefined;
  const open = async (variables: Readonly<Record<string, string>>): Promise<SleepyGateway> => {
    gateway = await openSleepyGateway(erp, { variables: { ...quick, ...variables } });
    return gateway;
  };
  beforeAll(async () => {
    erp = await createSleepyErp(dialect, at);
  });
  afterEach(async () => {
    await erp.proxy.turn("pass");
    await gateway?.close();
    gateway = undefined;
  });
  afterAll(() => erp?.close());

  describe.for(["hang", "refuse", "reset"] as const)("an ERP that does %s", (mode) => {
    test("trips the breaker: then everything is 503 with a true Retry-After, nothing reaches the ERP, and the edge serves on", {
      timeout: 60_000,
    }, async () => {
      const { ask, health, metric, logged, served } = await open(noTrial);
      expect((await ask("first", "/v1/things")).status).toBe(200);
      await erp.proxy.turn(mode);
      for (let tries = 0; metric("sluice_source_breaker_opened_total") === 0; tries += 1) {
        expect(tries).toBeLessThan(4);
        expect((await ask("first", "/v1/things")).status).toBe(503);
      }
      const [taken, sent] = [erp.proxy.taken, statements(metric)];
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, turn) => ask(turn % 2 === 0 ? "first" : "second", turn % 3 === 0 ? "/v1/naps/a" : "/v1/things")),
      );
      for (const reply of replies) expectRefused(reply, 40, 74);
      expect([erp.proxy.taken, statements(metric)]).toEqual([taken, sent]);
      expect(logged("change")).toEqual(["opened"]);
      expect(await health()).toMatchObject({ status: "degraded", sources: { "erp.live": "unavailable" } });
      for (const path of ["/docs", "/openapi/2026-01-01.json", "/"]) expect((await fetch(served.url + path)).status, path).toBe(200);
    });

    test("is probed without any request, and served again when it is back", { timeout: 60_000 }, async () => {
      const { ask, health, metric, logged } = await open(quickTrials);
      expect((await ask("first", "/v1/things")).status).toBe(200);
      await erp.proxy.turn(mode);
      while (metric("sluice_source_breaker_opened_total") === 0) await Promise.all([ask("first", "/v1/things"), ask("second", "/v1/things")]);
      await erp.proxy.turn("pass");
      await expect.poll(health, { timeout: 10_000 }).toMatchObject({ status: "ok", sources: { "erp.live": "available" } });
      const replies = await Promise.all(Array.from({ length: 20 }, () => ask("first", "/v1/things")));
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      expect(logged("change")).toEqual(["opened", "closed"]);
    });
  });

  test("a failure that no request follows is looked into: the ERP is asked until it answers, or the breaker opens", { timeout: 30_000 }, async () => {
    const { ask, health, metric } = await open({ SOURCE_TIMEOUT_MS: "300", SOURCE_BREAKER_MIN_MS: "300" });
    for (const [mode, opened] of [
      ["cut", 0],
      ["hang", 1],
    ] as const) {
      expect((await ask("first", "/v1/things")).status).toBe(200);
      if (mode === "cut") erp.proxy.cutAfter(1);
      else await erp.proxy.turn(mode);
      expect((await ask("first", "/v1/things")).status).toBe(503);
      if (mode === "cut") erp.proxy.cutAfter(undefined);
      else await expect.poll(() => metric("sluice_source_breaker_opened_total"), { timeout: 15_000 }).toBe(opened);
      await erp.proxy.turn("pass");
      await expect.poll(health, { timeout: 10_000 }).toMatchObject({ status: "ok" });
      expect(metric("sluice_source_breaker_opened_total")).toBe(opened);
    }
  });

  test("whoever waits for a turn when the breaker opens is answered then, and sends nothing", { timeout: 30_000 }, async () => {
    const { ask, metric, logged } = await open({ ...noTrial, SOURCE_POOL_SIZE: "1", SOURCE_BREAKER_FAILURES: "1", SOURCE_QUEUE_TIMEOUT_MS: "20000" });
    expect((await ask("first", "/v1/things")).status).toBe(200);
    await erp.proxy.turn("hang");
    const sent = statements(metric);
    const replies = await Promise.all(Array.from({ length: 30 }, (_, turn) => ask(turn % 2 === 0 ? "first" : "second", "/v1/things")));
    for (const reply of replies) expect([reply.status, reply.body["code"]]).toEqual([503, "source-unavailable"]);
    expect(statements(metric) - sent).toBe(1);
    expect(logged("trouble").filter((trouble) => trouble === "breaker-open")).toHaveLength(29);
    expect(logged("trouble").filter((trouble) => trouble === "unanswered" || trouble === "connection")).toHaveLength(1);
  });

  test("statements that take too long, wherever one partner alone sends them, and resources that drifted never open it", { timeout: 30_000 }, async () => {
    const { ask, metric, logged } = await open({ SOURCE_TIMEOUT_MS: "500", SOURCE_BREAKER_FAILURES: "1", SOURCE_QUEUE_TIMEOUT_MS: "20000" });
    await untilServed(() => ask("first", "/v1/things"));
    const [timeouts, drifts] = ["timeout", "drift"].map((outcome) => metric("sluice_source_statements_total", { outcome }));
    const slow = await Promise.all(Array.from({ length: 30 }, () => ask("first", "/v1/comas/a")));
    for (const reply of slow) expect(reply.status).toBe(503);
    const drifted = await Promise.all(Array.from({ length: 10 }, (_, turn) => ask(turn % 2 === 0 ? "first" : "second", "/v1/driftings")));
    for (const reply of drifted) expect(reply.status).toBe(503);
    expect([metric("sluice_source_breaker_opened_total"), metric("sluice_source_breaker_state", { state: "closed" })]).toEqual([0, 1]);
    expect(metric("sluice_source_statements_total", { outcome: "timeout" }) - (timeouts ?? 0)).toBe(30);
    // Once it is found broken, the resource is refused without asking the ERP.
    expect(metric("sluice_source_statements_total", { outcome: "drift" }) - (drifts ?? 0)).toBeGreaterThan(0);
    expect((await ask("second", "/v1/things")).status).toBe(200);
    expect(logged("change")).toEqual([]);
  });

  test("an ERP too slow for two partners is left alone for a pause, and a request that is answered brings it back", { timeout: 30_000 }, async () => {
    const { ask, metric, logged } = await open({
      SOURCE_TIMEOUT_MS: "500",
      SOURCE_CONNECT_TIMEOUT_MS: "10000",
      SOURCE_BREAKER_FAILURES: "100",
      SOURCE_QUEUE_TIMEOUT_MS: "20000",
      ...quickTrials,
    });
    await untilServed(() => ask("first", "/v1/things")); // so that the columns are known, which is another statement
    const slow = await Promise.all(Array.from({ length: 40 }, (_, turn) => ask(turn % 2 === 0 ? "first" : "second", "/v1/comas/a")));
    for (const reply of slow) expect([reply.status, reply.body["code"]]).toEqual([503, "source-unavailable"]);
    expect(logged("change")).toEqual(["opened"]);
    expect(logged("because")).toEqual(["struggling"]);
    await expect.poll(() => metric("sluice_source_breaker_state", { state: "half-open" })).toBe(1);
    await untilServed(() => ask("second", "/v1/things"));
    expect(metric("sluice_source_breaker_state", { state: "closed" })).toBe(1);
    expect(logged("change")).toEqual(["opened", "closed"]);
  });

  test("a hundred slow requests of one partner hold no more than its share, and every request of another is served before them", {
    timeout: 60_000,
  }, async () => {
    const { ask, metric, logged } = await open({ SOURCE_POOL_SIZE: "6", SOURCE_QUEUE_SIZE: "60", SOURCE_QUEUE_TIMEOUT_MS: "60000" });
    await ask("first", "/v1/things");
    let left = 100;
    const slow = Promise.all(
      Array.from({ length: 100 }, async () => {
        const reply = await ask("first", "/v1/naps/a");
        left -= 1;
        return reply;
      }),
    );
    await expect.poll(() => metric("sluice_source_refusals_total", { reason: "queue-full" })).toBeGreaterThan(20);
    // Six connections: half of them and no more, sixty wait, the others were told to come again.
    let most = 0;
    for (let turn = 0; turn < 40; turn += 1) {
      const inUse = metric("sluice_source_connections_in_use", { kind: "read" });
      const reply = ask("second", "/v1/things");
      expect(inUse, "those of the slow partner alone").toBeLessThanOrEqual(3);
      expect((await reply).status).toBe(200);
      most = Math.max(most, inUse);
    }
    expect(left, "slow requests that are still underway").toBeGreaterThan(20);
    expect(most).toBe(3);
    const replies = await slow;
    const refused = replies.filter(({ status }) => status !== 200);
    for (const reply of refused) expectRefused(reply, 1, 60);
    expect(refused.length).toBeLessThanOrEqual(37);
    expect(metric("sluice_source_refusals_total", { reason: "queue-full" })).toBe(refused.length);
    await expect.poll(() => logged("change"), { timeout: 10_000 }).toEqual(["overloaded", "relieved"]);
  });

  test("whoever leaves the queue takes no turn", { timeout: 30_000 }, async () => {
    const { ask, metric } = await open({ SOURCE_POOL_SIZE: "1", SOURCE_QUEUE_TIMEOUT_MS: "20000" });
    await ask("first", "/v1/things");
    const underway = ask("first", "/v1/naps/a");
    await expect.poll(() => metric("sluice_source_connections_in_use", { kind: "read" })).toBe(1);
    const sent = statements(metric);
    const leaving = new AbortController();
    const left = Array.from({ length: 20 }, () => ask("first", "/v1/things", leaving.signal).catch(() => "left"));
    await expect.poll(() => metric("sluice_source_waiting", { kind: "read" })).toBe(20);
    leaving.abort();
    expect(await Promise.all(left)).toEqual(left.map(() => "left"));
    await expect.poll(() => metric("sluice_source_waiting", { kind: "read" })).toBe(0);
    expect((await underway).status).toBe(200);
    await sleep(50);
    expect([statements(metric) - sent, metric("sluice_source_refusals_total", { reason: "abandoned" })]).toEqual([1, 20]);
    expect((await ask("first", "/v1/things")).status).toBe(200);
  });
}

/** Statements sent so far, however they ended. */
function statements(metric: SleepyGateway["metric"]): number {
  return metric("sluice_source_statement_seconds_count");
}

function expectRefused(reply: Reply, from: number, to: number): void {
  expect([reply.status, reply.body["code"]]).toEqual([503, "source-unavailable"]);
  expect(reply.retryAfter).toBeGreaterThanOrEqual(from);
  expect(reply.retryAfter).toBeLessThanOrEqual(to);
}

describe("on Postgres", () => protects("postgres", ""));
describeWith("mariadb", "on MariaDB", (at) => protects("mariadb", at));

test("requests find out themselves that the ERP is back where nothing runs in the background", { timeout: 30_000 }, async () => {
  const erp = await createSleepyErp("postgres", "");
  const gateway = await openSleepyGateway(erp, { variables: { ...quick, ...quickTrials } });
  gateway.served.stopTending();
  await gateway.ask("first", "/v1/things");
  await erp.proxy.turn("refuse");
  while (gateway.metric("sluice_source_breaker_opened_total") === 0) expect((await gateway.ask("first", "/v1/things")).status).toBe(503);
  await erp.proxy.turn("pass");
  await sleep(500);
  const sent = statements(gateway.metric);
  expect((await gateway.ask("first", "/v1/things")).status, "its turn to try has not come yet").toBe(503);
  expect(statements(gateway.metric)).toBe(sent);
  await untilServed(() => gateway.ask("first", "/v1/things"));
  expect(gateway.logged("change")).toEqual(["opened", "closed"]);
  await gateway.close();
  await erp.close();
});
