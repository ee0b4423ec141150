/** Webhooks: one worker against a bare loop of signed POSTs, a backlog, many endpoints, endpoints that hang, and how long an event takes. */

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ensureDatabase, withClient } from "../src/entry/embedded/databases.ts";
import { openEmbedded } from "../src/entry/embedded/open.ts";
import { openStateFolder } from "../src/entry/embedded/state-folder.ts";
import { tables } from "../test/faults/depot/tables.ts";
import { cli, gatewayEnvironment, type Running, startTask, startWorker } from "./processes.ts";
import type { Comparison } from "./results.ts";
import { fillBacklog, fillEndpoints, pending } from "./webhook-store.ts";

export interface WebhooksOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Deliveries that wait in the largest backlog. */
  readonly backlog: number;
  /** Endpoints in the larger of two stores that are compared. */
  readonly endpoints: number;
  readonly say: (line: string) => void;
}

const project = join(import.meta.dirname, "../test/faults/depot");
const bytes = 1_500;
/** Endpoints that a worker sends to where nothing else is said, and requests underway of the bare loop: as many as the worker's. */
const usualEndpoints = 20;
const connections = 160;
const arrivals = z.object({ arrivals: z.array(z.object({ body: z.string(), at: z.number() })) });
const counted = z.object({ taken: z.int() });

interface Bench {
  readonly environment: Readonly<Record<string, string>>;
  readonly storeUrl: string;
  readonly erpUrl: string;
  readonly receiver: Running;
  readonly options: WebhooksOptions;
}

export async function benchWebhooks(options: WebhooksOptions): Promise<readonly Comparison[]> {
  const { say } = options;
  const { cluster } = await openEmbedded(openStateFolder(join(import.meta.dirname, "..", ".sluice", "bench")), { fresh: false, say });
  const started: Running[] = [];
  try {
    const [store, erp] = [`store_${Date.now()}`, `depot_${Date.now()}`];
    await ensureDatabase(cluster, store);
    await ensureDatabase(cluster, erp, async (client) => void (await client.query(tables)));
    const given = gatewayEnvironment(cluster.url(store), cluster.url(erp), 0);
    const environment = { ...given, DEPOT_TEST_URL: cluster.url(erp), LOG_LEVEL: "warn" };
    await cli(environment, "migrate", "--project", project);
    await cli(environment, "source", "install", "--environment", "test", "--project", project);
    const receiver = await startTask("bench/webhook-receiver.ts", {});
    const bare = await startTask("bench/bare-webhooks.ts", { receiver: receiver.origin, connections, bytes });
    started.push(receiver, bare);
    const bench: Bench = { environment, storeUrl: cluster.url(store), erpUrl: cluster.url(erp), receiver, options };

    const bareRate = async (): Promise<number> => Number(await (await fetch(`${bare.origin}/?seconds=${options.seconds}`)).text());
    await bareRate();
    const some = Math.min(options.backlog, 20_000);
    const few = (): Promise<number> => drained(bench, usualEndpoints, some);
    // Long enough that a worker's first second, in which nothing is compiled yet, does not decide.
    const many = (): Promise<number> => drained(bench, usualEndpoints, Math.min(options.backlog, 60_000));
    return [
      await compare(options, "durable deliveries of one worker", "bare loop of signed POSTs", 0.35, bareRate, many),
      await compare(options, `a backlog of ${options.backlog}, drained`, `one of ${some}`, 0.8, few, () => drained(bench, usualEndpoints, options.backlog)),
      await compare(
        options,
        `deliveries over ${options.endpoints} endpoints`,
        "the same over 10",
        0.8,
        () => drained(bench, 10, some),
        () => drained(bench, options.endpoints, some),
      ),
      ...(await latencies(bench)),
    ];
  } finally {
    for (const one of started) await one.stop();
    await cluster.stop();
  }
}

async function compare(
  { rounds: count, say }: WebhooksOptions,
  name: string,
  against: string,
  target: number,
  base: () => Promise<number>,
  subject: () => Promise<number>,
): Promise<Comparison> {
  const rounds: { readonly base: number; readonly subject: number }[] = [];
  for (let round = 0; round < count; round += 1) {
    const measured = { base: await base(), subject: await subject() };
    rounds.push(measured);
    say(
      `${name}, round ${round + 1}: ${measured.base.toFixed(0)}/s and ${measured.subject.toFixed(0)}/s, ratio ${(measured.subject / measured.base).toFixed(3)}`,
    );
  }
  return { name, against, target, rounds };
}

/** Deliveries a second that are noted as delivered, from the first that arrives to the last that is written. */
async function drained({ environment, storeUrl, receiver }: Bench, endpoints: number, events: number): Promise<number> {
  const takenOf = async (): Promise<number> => counted.parse(await (await fetch(receiver.origin)).json()).taken;
  await fillEndpoints({ url: storeUrl, secret: environment["SLUICE_SECRET"] ?? "", receiver: receiver.origin }, paths(endpoints, "/fast"));
  await fillBacklog(storeUrl, endpoints, events, bytes);
  const before = await takenOf();
  const worker = await startWorker(environment, project);
  try {
    while ((await takenOf()) === before) await sleep(2);
    const started = performance.now();
    while ((await takenOf()) - before < events) await sleep(20);
    while ((await pending(storeUrl)) > 0) await sleep(20);
    return events / ((performance.now() - started) / 1_000);
  } finally {
    await worker.stop();
  }
}

/** From the commit in the ERP to the arrival at the receiver, at low load: with one endpoint, with 500, and with 500 of which 5 % hang. */
async function latencies(bench: Bench): Promise<readonly Comparison[]> {
  const { options } = bench;
  const rounds: { readonly base: number; readonly subject: number }[] = [];
  const both: { readonly base: number; readonly subject: number }[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const alone = await measured(bench, paths(1, "/noted"));
    const well = await measured(bench, paths(500, "/noted"));
    const hanging = await measured(
      bench,
      paths(500, "/noted").map((path, at) => (at % 20 === 0 ? `/hangs/${at}` : path)),
    );
    rounds.push({ base: alone.p99, subject: alone.p50 });
    both.push({ base: well.p99, subject: hanging.p99 });
    options.say(
      `commit to receipt, round ${round + 1}: p50 ${alone.p50.toFixed(1)} and p99 ${alone.p99.toFixed(1)} ms; p99 of 500 endpoints ${well.p99.toFixed(1)} ms, where 5 % hang ${hanging.p99.toFixed(1)} ms`,
    );
  }
  return [
    { name: "commit to receipt at low load, p50", against: "p99", target: 1, latency: true, rounds },
    { name: "p99 of 500 endpoints, of which 5 % hang", against: "p99 where none hangs", target: 1 / 1.5, latency: true, rounds: both },
  ];
}

/** A parcel of each endpoint in turn is moved, a hundred a second; in milliseconds. */
async function measured(
  { environment, storeUrl, erpUrl, receiver, options }: Bench,
  to: readonly string[],
): Promise<{ readonly p50: number; readonly p99: number }> {
  await fillEndpoints({ url: storeUrl, secret: environment["SLUICE_SECRET"] ?? "", receiver: receiver.origin }, to);
  const worker = await startWorker(environment, project);
  try {
    return await withClient(erpUrl, async (client) => {
      await client.query("TRUNCATE parcel, parcel_item, sluice.change");
      await client.query("INSERT INTO parcel SELECT 'P' || n, 'A' || n, 0, 'ramp' FROM generate_series(0, $1::int - 1) n", [to.length]);
      // What is new, and endpoints that hang, are known by the time it is measured.
      await sleep(5_000);
      await fetch(`${receiver.origin}/arrivals`);
      const commits = new Map<string, number>();
      for (let number = 0; number < options.seconds * 100; number += 1) {
        const { rows } = await client.query<{ moves: number }>("UPDATE parcel SET moves = moves + 1 WHERE parno = $1 RETURNING moves", [
          `P${number % to.length}`,
        ]);
        commits.set(`P${number % to.length} ${rows[0]?.moves}`, performance.timeOrigin + performance.now());
        await sleep(10);
      }
      await sleep(3_000);
      const seen = arrivals.parse(await (await fetch(`${receiver.origin}/arrivals`)).json());
      const took = seen.arrivals.flatMap(({ body, at }) => {
        const { data } = z.looseObject({ data: z.looseObject({ id: z.string(), moves: z.int() }) }).parse(JSON.parse(body));
        const committed = commits.get(`${data.id} ${data.moves}`);
        return committed === undefined ? [] : [at - committed];
      });
      took.sort((a, b) => a - b);
      const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? Number.NaN;
      return { p50: at(0.5), p99: at(0.99) };
    });
  } finally {
    await worker.stop();
  }
}

function paths(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}/${at}`);
}
