/** Protection: what a hundred slow requests of one partner cost another, and what fair turns cost a partner that is alone. */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDatabase, withClient } from "../src/entry/embedded/databases.ts";
import { findFreePort } from "../src/entry/embedded/free-port.ts";
import { openBenchErp } from "./database.ts";
import { cli, gatewayEnvironment, type Running, startGateway } from "./processes.ts";
import type { Comparison } from "./results.ts";
import { measure } from "./wrk.ts";

export interface ProtectionOptions {
  readonly orders: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** Reads of the partner whose latency is measured; few at a time, as a partner's program would send them. */
const connections = 4;
const slowRequests = 100;
const slowSeconds = 2;

/** A ratio of 0.67 is a p99 half as long again. */
export async function benchProtection({ orders, rounds, seconds, say }: ProtectionOptions): Promise<readonly Comparison[]> {
  const erp = await openBenchErp(orders, undefined, say);
  const started: Running[] = [];
  const name = `slow_${Date.now()}`;
  try {
    await withClient(erp.cluster.url("postgres"), (admin) => admin.query(`CREATE DATABASE "${name}" TEMPLATE "bench_${orders}"`));
    const erpUrl = erp.cluster.url(name);
    // Waits like a statement behind a slow disk or a lock would, and leaves the processor to those who measure.
    await withClient(erpUrl, (client) =>
      client.query(
        `ALTER TABLE "ARPAY" RENAME TO "ARPAY_FAST"; CREATE VIEW "ARPAY" AS SELECT * FROM "ARPAY_FAST" WHERE (SELECT pg_sleep(${slowSeconds})::text) IS NOT NULL`,
      ),
    );
    const store = `store_${Date.now()}`;
    await ensureDatabase(erp.cluster, store);
    const start = async (variables: Readonly<Record<string, string>>): Promise<Running> => {
      const environment = { ...gatewayEnvironment(erp.cluster.url(store), erpUrl, await findFreePort()), ...peppers, ...variables };
      const gateway = await startGateway(environment, join(import.meta.dirname, "..", ".sluice", "bench", `gateway-${started.length}.log`));
      started.push(gateway);
      return gateway;
    };
    const { SLUICE_KEY_PEPPER = "", SLUICE_SECRET = "", ...first } = gatewayEnvironment(erp.cluster.url(store), erpUrl, 0);
    const peppers = { SLUICE_KEY_PEPPER, SLUICE_SECRET };
    const quiet = await makeKey({ ...first, ...peppers }, "Quiet", "C0000001", "orders:read");
    const slow = await makeKey({ ...first, ...peppers }, "Slow", "C0000002", "payments:read");
    const paths = (await orderIds(erpUrl)).map((id) => `/v1/orders/${id}`);

    const load = (gateway: Running, atOnce: number) =>
      measure({ origin: gateway.origin, paths, headers: { Authorization: `Bearer ${quiet}` }, connections: atOnce, seconds });
    const beside = async (gateway: Running): Promise<number> => {
      const stop = new AbortController();
      const disturbance = disturb(gateway.origin, slow, stop.signal);
      await sleep(500);
      const { p99Ms } = await load(gateway, connections);
      stop.abort();
      const counts = await disturbance;
      say(`  the slow partner meanwhile: ${[...counts].map(([status, count]) => `${count} of ${status}`).join(", ")}`);
      await sleep(slowSeconds * 1_000 + 500);
      return p99Ms;
    };

    const protectedGateway = await start({});
    const latencies: { base: number; subject: number }[] = [];
    await load(protectedGateway, connections);
    for (let round = 0; round < rounds; round += 1) {
      const alone = (await load(protectedGateway, connections)).p99Ms;
      const disturbed = await beside(protectedGateway);
      say(
        `round ${round + 1}: p99 ${alone.toFixed(2)} ms alone, ${disturbed.toFixed(2)} ms beside ${slowRequests} slow requests: ${(disturbed / alone).toFixed(2)} times`,
      );
      latencies.push({ base: alone, subject: disturbed });
    }

    const unshared = await start({ SOURCE_PARTNER_SHARE: "100", SOURCE_QUEUE_SIZE: "1000" });
    await load(unshared, connections);
    const throughput: { base: number; subject: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const base = (await load(unshared, 16)).requestsPerSecond;
      const subject = (await load(protectedGateway, 16)).requestsPerSecond;
      say(`round ${round + 1}: a partner alone, 16 at once: ${base.toFixed(0)}/s with the whole pool, ${subject.toFixed(0)}/s with half of it`);
      throughput.push({ base, subject });
    }
    return [
      {
        name: `p99 of single reads beside ${slowRequests} slow requests of another partner`,
        against: "p99 alone",
        target: 1 / 1.5,
        rounds: latencies,
        latency: true,
      },
      { name: "single reads of one partner alone, half the pool", against: "the whole pool", target: 0.9, rounds: throughput },
    ];
  } finally {
    for (const process of started) await process.stop();
    await withClient(erp.cluster.url("postgres"), (admin) => admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
    await erp.cluster.stop();
  }
}

/** A hundred requests at a time that each take seconds; those told to come again do so when they are told to. */
async function disturb(origin: string, key: string, stop: AbortSignal): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  const one = async (): Promise<void> => {
    while (!stop.aborted) {
      const response = await fetch(`${origin}/v1/payments?limit=1`, { headers: { Authorization: `Bearer ${key}` }, signal: stop }).catch(() => undefined);
      if (response === undefined) return;
      await response.arrayBuffer().catch(() => undefined);
      counts.set(response.status, (counts.get(response.status) ?? 0) + 1);
      if (response.status !== 200) await sleep(Number(response.headers.get("retry-after") ?? 1) * 1_000, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: slowRequests }, one));
  return counts;
}

async function makeKey(environment: Readonly<Record<string, string>>, partner: string, account: string, scope: string): Promise<string> {
  await cli(environment, "migrate");
  await cli(environment, "limit", "update", "default", "--burst", "none", "--sustained", "none", "--inflight", "none");
  await cli(environment, "partner", "create", "--name", partner, "--account", `live:${account}`);
  return (await cli(environment, "key", "create", "--partner", partner, "--env", "live", "--scopes", scope)).trim();
}

async function orderIds(url: string): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ ORDNO: string }>(
      `SELECT "ORDNO" FROM "OEHDR" WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001' AND "ORDTY" = 'SO' AND "DELFLG" <> 'D' ORDER BY md5("ORDNO") LIMIT 1000`,
    );
    return rows.map((row) => row.ORDNO);
  });
}
