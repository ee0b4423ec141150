/** In a maintenance window the ERP is left alone: 503 until the second it ends, what was underway finishes, and health says so. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSleepyErp, openSleepyGateway, type SleepyErp } from "./sleepy-erp.ts";

let erp: SleepyErp;
beforeAll(async () => {
  erp = await createSleepyErp("postgres", "");
});
afterAll(() => erp?.close());

/** Friday evening to Saturday morning in Berlin, in winter. */
const maintenance = [{ days: ["friday"], from: "22:00", to: "04:00", zone: "Europe/Berlin", environment: "live" }] as const;
const begins = Date.parse("2026-11-27T21:00:00Z");
const ends = Date.parse("2026-11-28T03:00:00Z");

test("before it requests are served, in it they are 503 until its end and nothing is sent, after it they are served", async () => {
  let clock = begins - 1;
  const { ask, health, metric, logged, served, close } = await openSleepyGateway(erp, { maintenance, now: () => clock });
  expect((await ask("first", "/v1/things")).status).toBe(200);
  expect(await health()).toEqual({ status: "ok", sources: { "erp.live": "available", "erp.test": "unknown" } });
  const sent = metric("sluice_source_statement_seconds_count");
  for (const [now, seconds] of [
    [begins, 21_600],
    [begins + 1, 21_600],
    [ends - 1_500, 2],
    [ends - 1, 1],
  ] as const) {
    clock = now;
    const reply = await ask("first", "/v1/things");
    expect([reply.status, reply.body["code"], reply.retryAfter]).toEqual([503, "source-unavailable", seconds]);
  }
  expect(metric("sluice_source_statement_seconds_count")).toBe(sent);
  expect(metric("sluice_source_maintenance")).toBe(1);
  expect(await health()).toEqual({
    status: "degraded",
    sources: { "erp.live": "maintenance", "erp.test": "unknown" },
    maintenance: { "erp.live": "2026-11-28T03:00:00.000Z" },
  });
  for (const path of ["/docs", "/openapi/2026-01-01.json"]) expect((await fetch(served.url + path)).status, path).toBe(200);
  expect(await (await fetch(`${served.url}/openapi/2026-01-01.json`)).json()).toMatchObject({
    info: { description: expect.stringContaining("friday 22:00 to 04:00 (Europe/Berlin, live only)") },
  });
  clock = ends;
  expect((await ask("first", "/v1/things")).status).toBe(200);
  expect(logged("change")).toEqual(["maintenance-began", "maintenance-ended"]);
  expect(logged("trouble")).toEqual(["maintenance", "maintenance", "maintenance", "maintenance"]);
  await close();
});

test("what was underway when it began finishes; what still waited for its turn does not begin", async () => {
  let clock = begins - 1;
  const { ask, metric, close } = await openSleepyGateway(erp, { maintenance, now: () => clock, variables: { SOURCE_POOL_SIZE: "1" } });
  await ask("first", "/v1/things");
  const underway = ask("first", "/v1/naps/a");
  await expect.poll(() => metric("sluice_source_connections_in_use", { kind: "read" })).toBe(1);
  const waiting = ask("second", "/v1/things");
  await expect.poll(() => metric("sluice_source_waiting", { kind: "read" })).toBe(1);
  clock = begins;
  expect((await underway).status).toBe(200);
  const late = await waiting;
  expect([late.status, late.retryAfter]).toEqual([503, 21_600]);
  await close();
});

test("an ERP that went down for it is not tried before it ends, and then served again", { timeout: 30_000 }, async () => {
  let clock = begins - 1;
  const variables = { SOURCE_BREAKER_FAILURES: "1", SOURCE_BREAKER_MIN_MS: "100", SOURCE_BREAKER_MAX_MS: "100" };
  const { ask, health, metric, close } = await openSleepyGateway(erp, { maintenance, now: () => clock, variables });
  await ask("first", "/v1/things");
  await erp.proxy.turn("refuse");
  expect((await ask("first", "/v1/things")).status).toBe(503);
  clock = begins;
  await expect.poll(health).toMatchObject({ sources: { "erp.live": "maintenance" } });
  const sent = metric("sluice_source_statement_seconds_count");
  expect((await ask("first", "/v1/things")).retryAfter).toBe(21_600);
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(metric("sluice_source_statement_seconds_count")).toBeLessThanOrEqual(sent + 1);
  await erp.proxy.turn("pass");
  clock = ends;
  await expect.poll(health, { timeout: 10_000 }).toMatchObject({ status: "ok", sources: { "erp.live": "available" } });
  expect((await ask("first", "/v1/things")).status).toBe(200);
  await close();
});
