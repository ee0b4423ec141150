/** Writes: placing an order against the same stored function in a bare transaction, replays against reads, and many receipts. */

import { join } from "node:path";
import type { Client } from "pg";
import { ensureDatabase, withClient } from "../src/entry/embedded/databases.ts";
import { findFreePort } from "../src/entry/embedded/free-port.ts";
import { openBenchErp } from "./database.ts";
import { cli, gatewayEnvironment, type Running, startBareWrites, startGateway } from "./processes.ts";
import type { Comparison } from "./results.ts";
import { measure, type Request } from "./wrk.ts";

/** A customer that is never refused for credit. */
const account = "C0000001";
const path = "/v1/orders";

export interface WritesOptions {
  readonly orders: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Receipts of earlier requests in the larger of the two tables that are compared. */
  readonly receipts: number;
  readonly say: (line: string) => void;
}

interface Side {
  readonly name: string;
  run(seconds: number): Promise<number>;
}

export async function benchWrites(options: WritesOptions): Promise<readonly Comparison[]> {
  const { say } = options;
  const erp = await openBenchErp(options.orders, undefined, say);
  const started: Running[] = [];
  try {
    const storeName = `store_${Date.now()}`;
    await ensureDatabase(erp.cluster, storeName);
    const environment = gatewayEnvironment(erp.cluster.url(storeName), erp.url, await findFreePort());
    await cli(environment, "source", "install", "--environment", "live");
    await fillReceipts(erp.url, 10_000, say);
    const key = await makeKey(environment);
    const gateway = await startGateway(environment, join(import.meta.dirname, "..", ".sluice", "bench", "gateway.log"));
    started.push(gateway);
    const lines = await someLines(erp.url);
    const bare = await startBareWrites({ url: erp.url, connections: options.connections, account, lines });
    started.push(bare);

    const body = JSON.stringify({ customer_id: account, reference: "BENCH", lines: lines.map(({ ITMNO }) => ({ product_id: ITMNO, quantity: "2" })) });
    const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
    const sending = (request: Request) => async (seconds: number) =>
      (await measure({ origin: gateway.origin, ...request, headers, connections: options.connections, seconds })).requestsPerSecond;

    const place: Side = { name: "placing", run: sending({ method: "POST", paths: [path], body, idempotencyKey: "new" }) };
    const bareWrites: Side = {
      name: "bare transaction",
      run: async (seconds) => Number(await (await fetch(`${bare.origin}/?seconds=${seconds}`)).text()),
    };
    const comparisons = [await compare("placing an order", 0.6, bareWrites, place, options)];

    const repeated = "bench-replay-0123456789";
    const first = await fetch(gateway.origin + path, { method: "POST", headers: { ...headers, "Idempotency-Key": repeated }, body });
    if (first.status !== 201) throw new Error(`placing answered ${first.status}: ${await first.text()}`);
    const one: Side = { name: "single read", run: sending({ method: "GET", paths: [first.headers.get("location") ?? ""] }) };
    const replay: Side = { name: "replay", run: sending({ method: "POST", paths: [path], body, idempotencyKey: repeated }) };
    comparisons.push(await compare("a replay", 1, one, replay, options));

    comparisons.push(await compareSizes(options, erp.url, place));
    return comparisons;
  } finally {
    for (const process of started) await process.stop();
    await erp.cluster.stop();
  }
}

async function compare(name: string, target: number, base: Side, subject: Side, { rounds: count, seconds, say }: WritesOptions): Promise<Comparison> {
  for (const side of [base, subject]) await side.run(5);
  const rounds: { readonly base: number; readonly subject: number }[] = [];
  for (let round = 0; round < count; round += 1) {
    const measured = { base: await base.run(seconds), subject: await subject.run(seconds) };
    rounds.push(measured);
    say(
      `${name}, round ${round + 1}: ${base.name} ${measured.base.toFixed(0)}/s, here ${measured.subject.toFixed(0)}/s, ratio ${(measured.subject / measured.base).toFixed(3)}`,
    );
  }
  return { name, against: base.name, target, rounds };
}

/** The same load on the table with few and with many receipts: the tables change places, all else stays as it is. */
async function compareSizes(options: WritesOptions, url: string, place: Side): Promise<Comparison> {
  const { receipts, rounds: count, seconds, say } = options;
  await withClient(url, async (client) => {
    await client.query("CREATE TABLE IF NOT EXISTS sluice.receipt_large (LIKE sluice.receipt INCLUDING ALL)");
  });
  await fillReceipts(url, receipts, say, "receipt_large");
  const swap = (): Promise<void> =>
    withClient(url, async (client: Client) => {
      await client.query(
        "BEGIN; ALTER TABLE sluice.receipt RENAME TO receipt_aside; ALTER TABLE sluice.receipt_large RENAME TO receipt; ALTER TABLE sluice.receipt_aside RENAME TO receipt_large; COMMIT",
      );
    });
  const rounds: { readonly base: number; readonly subject: number }[] = [];
  for (let round = -1; round < count; round += 1) {
    const base = await place.run(seconds);
    await swap();
    await place.run(1);
    const subject = await place.run(seconds);
    await swap();
    await place.run(1);
    if (round < 0) continue; // both tables have been read by then
    rounds.push({ base, subject });
    say(`${receipts} receipts, round ${round + 1}: 10,000 ${base.toFixed(0)}/s, ${receipts} ${subject.toFixed(0)}/s, ratio ${(subject / base).toFixed(3)}`);
  }
  return { name: `placing with ${receipts} receipts`, against: "10,000 receipts", target: 1 / 1.2, rounds };
}

/** Receipts as orders leave them: random keys, and an answer of some hundred bytes. */
async function fillReceipts(url: string, count: number, say: (line: string) => void, table = "receipt"): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ count: string }>(`SELECT count(*) FROM sluice.${table}`);
    for (let there = Number(rows[0]?.count ?? 0); there < count; there += 500_000) {
      say(`${table}: ${there} of ${count} receipts`);
      await client.query(
        `INSERT INTO sluice.${table} (key_hash, created_at, status, partner, command, fingerprint, scopes, made, answer)
         SELECT gen_random_uuid(), now() - interval '6 days' * random(), 201, 'pt_bench', 'orders.place', decode(repeat('ab', 32), 'hex'), 'orders:read',
                '/v1/orders/' || n, decode(repeat(md5(n::text), 25), 'hex')
           FROM generate_series(1, $1::int) n`,
        [Math.min(500_000, count - there)],
      );
    }
    await client.query(`VACUUM ANALYZE sluice.${table}`);
    await client.query("CHECKPOINT");
  });
}

async function makeKey(environment: Readonly<Record<string, string>>): Promise<string> {
  await cli(environment, "migrate");
  await cli(environment, "limit", "update", "default", "--burst", "none", "--sustained", "none", "--inflight", "none");
  await cli(environment, "partner", "create", "--name", "Bench", "--account", `live:${account}`);
  return (await cli(environment, "key", "create", "--partner", "Bench", "--env", "live", "--scopes", "orders:read,orders:write")).trim();
}

/** Three products that can be ordered. */
async function someLines(url: string): Promise<readonly { readonly ITMNO: string; readonly QTYOR: number }[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ ITMNO: string }>(
      `SELECT trim("ITMNO") AS "ITMNO" FROM "ITMMAS" WHERE "COMPNY" = '01' AND "DELFLG" = '' AND "DSCDT" = 0 ORDER BY "ITMNO" LIMIT 3`,
    );
    return rows.map(({ ITMNO }) => ({ ITMNO, QTYOR: 2000 }));
  });
}
