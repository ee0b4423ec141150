/** Receivers that misbehave, through a real worker: each ends as the design says and in time, others do not wait, memory stays flat. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GatewayProcess } from "../entry/gateway-process.ts";
import { withClient } from "../projects/demo/databases.ts";
import { settled } from "../support/event-fleet.ts";
import { answers, type Behaviour, misbehaviours, retryAfter } from "../support/receivers/behaviours.ts";
import { type DepotFleet, depotFleet } from "./depot/fleet.ts";

/** What each attempt is noted as. */
const outcomes: Readonly<Record<string, readonly string[]>> = {
  "hangs before headers": ["timeout"],
  "hangs after headers": ["timeout"],
  "sends one byte a second": ["timeout"],
  "sends one byte of the head a second": ["timeout"],
  // 64 KB are read and kept, then it is over: the status was said.
  "answers without end": ["delivered"],
  "answers with a compressed bomb": ["delivered"],
  "resets after reading": ["reset"],
  "closes without an answer": ["reset"],
  "breaks off its answer": ["reset", "invalid-answer"],
  "redirects to itself": ["status"],
  "redirects to loopback (301)": ["status"],
  "redirects to loopback (307)": ["status"],
  "redirects to loopback (308)": ["status"],
  "sends headers of a megabyte": ["invalid-answer"],
  "speaks another protocol": ["invalid-answer", "reset"],
  "floods with informational answers": ["timeout", "invalid-answer"],
  "429 in seconds": ["status"],
  "503 with a date": ["status"],
  "503 with an absurd wait": ["status"],
  "503 with a negative wait": ["status"],
  "429 with junk": ["status"],
  "410": ["status"],
};

const all: Readonly<Record<string, Behaviour>> = {
  ...misbehaviours,
  "429 in seconds": retryAfter(429, "7200"),
  "503 with a date": retryAfter(503, new Date(Date.now() + 7_200_000).toUTCString()),
  "503 with an absurd wait": retryAfter(503, "1000000000000"),
  "503 with a negative wait": retryAfter(503, "-5"),
  "429 with junk": retryAfter(429, "soon"),
  "410": answers(410),
};

const names = Object.keys(all);
const pathOf = (name: string): string => `/${names.indexOf(name)}`;
let fleet: DepotFleet;
let url: string;
let worker: GatewayProcess;

beforeAll(async () => {
  fleet = await depotFleet({
    parcels: 200,
    respond: (receipt, exchange) => {
      const behaviour = all[names[Number(receipt.path.slice(1))] ?? ""];
      behaviour?.(exchange);
      return behaviour === undefined ? true : undefined;
    },
  });
  // Requests come to the gateway, deliveries from the worker, which is the one that is measured.
  const gateway = await fleet.gateway();
  url = gateway.url;
  await fleet.endpoint(url, "First", "/well");
  for (const name of names) await fleet.endpoint(url, "First", pathOf(name), ["parcel.moved"]);
  // Not killed: an endpoint that it had would wait for its lease to end.
  gateway.process.child.kill("SIGTERM");
  await gateway.process.ends();
  worker = fleet.worker();
  await worker.says("Working for");
}, 240_000);
afterAll(() => fleet?.close(), 60_000);

const memoryMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${worker.child.pid}/status`, "utf8"))?.[1] ?? Number.NaN) / 1024;

interface Attempt {
  readonly path: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly ms: number;
  readonly bytes: number;
  readonly truncated: boolean;
  readonly state: string;
  readonly waits: number;
  readonly endpoint: string;
}

function firstAttempts(): Promise<readonly Attempt[]> {
  return fleet.store(async (store) => {
    const { rows } = await store.query<Attempt>(
      `SELECT DISTINCT ON (e.id) substring(e.url from '[^/]*/?$') AS path, a.outcome, a.status, a.ms, coalesce(octet_length(a.answer), 0) AS bytes, a.truncated,
         d.state, extract(epoch FROM d.next_at - a.at)::float8 AS waits, e.state AS endpoint
       FROM sluice.delivery_attempts a JOIN sluice.deliveries d USING (endpoint, seq) JOIN sluice.webhook_endpoints e ON e.id = a.endpoint
       ORDER BY e.id, a.seq, a.attempt`,
    );
    return rows;
  });
}

test("each ends as it should, within the absolute timeout, and the well one does not wait", { timeout: 240_000 }, async () => {
  const before = memoryMb();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, memoryMb());
  }, 200);
  await withClient(fleet.erpUrl, (client) => client.query("UPDATE parcel SET moves = moves + 1 WHERE cusno IN ('C1', 'C2')"));
  await settled(
    async () =>
      new Set((await firstAttempts()).map(({ path }) => path)).size > names.length ? "" : `${(await firstAttempts()).length} endpoints were attempted`,
    120_000,
  );
  clearInterval(watch);

  const found = new Map((await firstAttempts()).map((attempt) => [attempt.path, attempt]));
  const of = (name: string): Attempt => found.get(pathOf(name).slice(1)) ?? expect.unreachable(`no attempt at the one that ${name}`);
  for (const name of names) {
    const attempt = of(name);
    expect(outcomes[name], `${name}: ${JSON.stringify(attempt)}`).toContain(attempt.outcome);
    expect(attempt.ms, name).toBeLessThan(16_500);
    expect(attempt.bytes, name).toBeLessThanOrEqual(65_536);
  }
  expect(of("answers without end")).toMatchObject({ status: 200, bytes: 65_536, truncated: true, state: "delivered" });
  expect(of("redirects to loopback (307)")).toMatchObject({ status: 307, state: "pending" });
  expect(of("410")).toMatchObject({ status: 410, endpoint: "disabled" });
  // Seconds and dates are waited for, 24 h at most; what is none of them is not.
  expect(of("429 in seconds").waits).toBeCloseTo(7_200, -2);
  expect(of("503 with a date").waits).toBeCloseTo(7_200, -3);
  expect(of("503 with an absurd wait").waits).toBeLessThanOrEqual(86_500);
  expect(of("503 with a negative wait").waits).toBeLessThan(60);
  expect(of("429 with junk").waits).toBeLessThan(60);
  expect(fleet.receiver.receipts.filter(({ path }) => path === "/well").length).toBeGreaterThan(0);
  // Gigabytes were offered; what is held is a worker's own share.
  expect(most - before, `from ${before.toFixed(0)} to ${most.toFixed(0)} MB`).toBeLessThan(150);
});
