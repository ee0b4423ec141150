/** Reads: the gateway against the floor, and page 10,000 against page 1. */

import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import demo from "../demo/gateway.ts";
import { ensureDatabase, withClient } from "../src/entry/embedded/databases.ts";
import { findFreePort } from "../src/entry/embedded/free-port.ts";
import type { Statement } from "../src/erp/dialects/dialect.ts";
import { dialects } from "../src/erp/dialects/dialects.ts";
import { openPostgres } from "../src/erp/dialects/postgres/postgres-connection.ts";
import { resourceReader } from "../src/erp/read/reader.ts";
import { tablesOf } from "../src/erp/read/relation.ts";
import { openBenchErp } from "./database.ts";
import { cli, gatewayEnvironment, type Running, startFloor, startGateway } from "./processes.ts";
import type { Comparison } from "./results.ts";
import { measure } from "./wrk.ts";

/** A customer with some thirty percent of all orders. */
const account = "C0000001";
const poolSize = 10;
const listPath = "/v1/orders?limit=50&expand=lines&sort=-placed_at";
const pageSize = 20;
const anything = z.record(z.string(), z.unknown());

export interface ReadsOptions {
  readonly orders: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly erpUrl: string | undefined;
  readonly say: (line: string) => void;
}

export async function benchReads(options: ReadsOptions): Promise<readonly Comparison[]> {
  const { say } = options;
  const erp = await openBenchErp(options.orders, options.erpUrl, say);
  const started: Running[] = [];
  try {
    const storeName = `store_${Date.now()}`;
    await ensureDatabase(erp.cluster, storeName);
    const environment = gatewayEnvironment(erp.cluster.url(storeName), erp.url, await findFreePort());
    const key = await makeKey(environment);
    const ids = await someIds(erp.url);
    const gateway = await startGateway(environment, join(import.meta.dirname, "..", ".sluice", "bench", "gateway.log"));
    started.push(gateway);
    const floor = await startFloor({ url: erp.url, poolSize, ...(await recordStatements(erp.url, ids[0] ?? "", say)) });
    started.push(floor);
    const headers = { Authorization: `Bearer ${key}` };
    await mustAgree(gateway, floor, headers, [...ids.slice(0, 20).map((id) => `/v1/orders/${id}`), listPath]);

    const single = ids.map((id) => `/v1/orders/${id}`);
    const comparisons = [
      await compare("single read", "floor", 0.75, options, { process: floor, paths: single }, { process: gateway, paths: single }, headers),
      await compare("50 orders with lines", "floor", 0.8, options, { process: floor, paths: [listPath] }, { process: gateway, paths: [listPath] }, headers),
    ];
    const page = `/v1/orders?limit=${pageSize}&sort=-placed_at`;
    const depth = Math.min(10_000, Math.floor((options.orders * 0.2) / pageSize));
    say(`walking to page ${depth}`);
    const cursor = await cursorAt(gateway, headers, depth);
    const deep = { process: gateway, paths: [`${page}&cursor=${cursor}`] };
    comparisons.push(await compare(`page ${depth} of ${pageSize} orders`, "page 1", 1 / 1.2, options, { process: gateway, paths: [page] }, deep, headers));
    return comparisons;
  } finally {
    for (const process of started) await process.stop();
    await erp.cluster.stop();
  }
}

type Side = { readonly process: Running; readonly paths: readonly string[] };

/** Both sides in turn, so that what else the machine does falls on both; the median of the rounds' ratios. */
async function compare(
  name: string,
  against: string,
  target: number,
  options: ReadsOptions,
  base: Side,
  subject: Side,
  headers: Readonly<Record<string, string>>,
): Promise<Comparison> {
  const run = async ({ process, paths }: Side, seconds: number) => {
    const before = process.cpuMs();
    const { requestsPerSecond } = await measure({ origin: process.origin, paths, headers, connections: options.connections, seconds });
    const cpuMs = (process.cpuMs() - before) / (requestsPerSecond * seconds);
    return { requestsPerSecond, said: `${requestsPerSecond.toFixed(0)}/s at ${cpuMs.toFixed(2)} ms of CPU each` };
  };
  // Long enough for both to be compiled to the end; a service runs for weeks.
  for (const side of [base, subject]) await run(side, 10);
  const rounds: { readonly base: number; readonly subject: number }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const first = await run(base, options.seconds);
    const second = await run(subject, options.seconds);
    rounds.push({ base: first.requestsPerSecond, subject: second.requestsPerSecond });
    options.say(
      `${name}, round ${round + 1}: ${against} ${first.said}, here ${second.said}, ratio ${(second.requestsPerSecond / first.requestsPerSecond).toFixed(3)}`,
    );
  }
  return { name, against, target, rounds };
}

async function makeKey(environment: Readonly<Record<string, string>>): Promise<string> {
  await cli(environment, "migrate");
  await cli(environment, "limit", "update", "default", "--burst", "none", "--sustained", "none", "--inflight", "none");
  await cli(environment, "partner", "create", "--name", "Bench", "--account", `live:${account}`);
  return (await cli(environment, "key", "create", "--partner", "Bench", "--env", "live", "--scopes", "orders:read")).trim();
}

export async function someIds(url: string): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ ORDNO: string }>(
      `SELECT "ORDNO" FROM "OEHDR" WHERE "COMPNY" = '01' AND "CUSNO" = $1 AND "ORDTY" = 'SO' AND "DELFLG" <> 'D' ORDER BY md5("ORDNO") LIMIT 2000`,
      [account],
    );
    return rows.map((row) => row.ORDNO);
  });
}

/** What the gateway itself sends to the database for these two requests. */
export async function recordStatements(
  url: string,
  id: string,
  say: (line: string) => void,
): Promise<{ readonly one: readonly Statement[]; readonly list: readonly Statement[] }> {
  const resource = demo.resources.find(({ contract }) => contract.name === "orders");
  if (resource === undefined) throw new Error("no orders");
  const database = openPostgres({
    url,
    maxConnections: 1,
    acquireTimeoutMs: 5000,
    statementTimeoutMs: 5000,
    lockTimeoutMs: 5000,
    prepare: false,
    applicationName: "bench",
  });
  try {
    const reader = resourceReader(resource, dialects.postgres);
    const catalog = await dialects.postgres.describe(database, undefined, [...tablesOf(resource.binding)]);
    const record = async (read: (caller: Parameters<typeof reader.get>[0]) => Promise<unknown>): Promise<readonly Statement[]> => {
      const statements: Statement[] = [];
      const recording = {
        query(statement: Statement) {
          statements.push(statement);
          return database.query(statement);
        },
      };
      await read({ database: recording, catalog, accounts: [account], drift: (note) => say(`drift: ${note.why}`) });
      return statements;
    };
    const fields = Object.keys(resource.contract.model.shape).filter((field) => field !== "margin" && field !== "notes");
    return {
      one: await record((caller) => reader.get(caller, id, fields)),
      list: await record((caller) => reader.list(caller, { filters: [], sort: [{ path: "placed_at", descending: true }], limit: 50, fields }, null)),
    };
  } finally {
    await database.close();
  }
}

async function mustAgree(gateway: Running, floor: Running, headers: Readonly<Record<string, string>>, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const [ours, theirs] = await Promise.all(
      [gateway, floor].map(async ({ origin }) => anything.parse(await (await fetch(origin + path, { headers })).json())),
    );
    if (ours?.["next_cursor"] !== undefined) ours["next_cursor"] = null;
    if (!isDeepStrictEqual(ours, theirs))
      throw new Error(`gateway and floor differ at ${path}:\n${JSON.stringify(ours).slice(0, 2000)}\n${JSON.stringify(theirs).slice(0, 2000)}`);
  }
}

/** The cursor that begins page `depth`, reached in strides of ten pages: the limit is no part of what a cursor is bound to. */
async function cursorAt(gateway: Running, headers: Readonly<Record<string, string>>, depth: number): Promise<string> {
  let cursor = "";
  for (let at = 0; at < depth - 1; ) {
    const pages = Math.min(10, depth - 1 - at);
    const response = await fetch(`${gateway.origin}/v1/orders?limit=${pages * pageSize}&sort=-placed_at${cursor === "" ? "" : `&cursor=${cursor}`}`, {
      headers,
    });
    const next = anything.parse(await response.json())["next_cursor"];
    if (typeof next !== "string") throw new Error(`the list ended before page ${depth}`);
    cursor = next;
    at += pages;
  }
  return cursor;
}
