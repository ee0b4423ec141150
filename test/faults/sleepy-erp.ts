/** An ERP with one quick resource and two slow ones, on Postgres or MariaDB, and gateways in front of it with two partners each. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineContract, defineGateway, defineSource, integer, sharedWithEveryPartner, wire, z } from "sluice";
import type { SourceUrls } from "#config";
import type { DialectName } from "#erp/binding/source.ts";
import type { MaintenanceWindow } from "#erp/protection/maintenance.ts";
import { isRow, type Row } from "#testing/public-values.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { withClient } from "../projects/demo/databases.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../support/mariadb.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.ts";

interface Tables {
  thing: { id: string; weight: number };
  nap: { id: string; weight: number };
  coma: { id: string; weight: number };
  drifting: { id: string; weight: number };
}

/** `things` are read at once, `naps` take 400 ms, `comas` five seconds, and `driftings` have no table. */
export function sleepyGateway(dialect: DialectName, maintenance: readonly MaintenanceWindow[]) {
  const source = defineSource<Tables>({ name: "erp", dialect, maintenance });
  const resource = (name: keyof Tables) =>
    source.bind(
      defineContract({
        name: `${name}s`,
        singular: name,
        team: "sleepers",
        summary: "Things of no consequence.",
        model: z.object({ id: wire.id(), weight: z.int() }),
        reads: { list: { scope: `${name}s:read` }, get: { scope: `${name}s:read` } },
      }),
      { table: name, key: "id", account: sharedWithEveryPartner("they are of no consequence"), fields: { weight: integer("weight") } },
    );
  return defineGateway({
    title: "Sleepy",
    summary: "Sleeps.",
    version: "2026-01-01",
    resources: [resource("thing"), resource("nap"), resource("coma"), resource("drifting")],
  });
}

/** `weight`: of the one thing there is, so that databases can be told apart. */
function schemaOf(dialect: DialectName, weight: number): string {
  const slept = (seconds: number): string => (dialect === "postgres" ? `pg_sleep(${seconds}) IS NOT NULL` : `SLEEP(${seconds}) = 0`);
  return [
    "CREATE TABLE thing (id VARCHAR(10) PRIMARY KEY, weight INTEGER NOT NULL)",
    `INSERT INTO thing VALUES ('a', ${weight})`,
    `CREATE VIEW nap AS SELECT id, weight FROM thing WHERE id = 'a' AND ${slept(0.4)}`,
    `CREATE VIEW coma AS SELECT id, weight FROM thing WHERE id = 'a' AND ${slept(5)}`,
  ].join("; ");
}

export interface SleepyErp {
  readonly dialect: DialectName;
  /** In front of the live database. */
  readonly proxy: TcpProxy;
  /** By way of the proxy. */
  readonly url: string;
  close(): Promise<void>;
}

/** `at` is the URL of a MariaDB server; unused on Postgres. */
export async function createSleepyErp(dialect: DialectName, at: string, weight = 1): Promise<SleepyErp> {
  const ddl = schemaOf(dialect, weight);
  const database = dialect === "postgres" ? await filledPostgres(ddl) : await filledMariadb(at, ddl);
  const url = new URL(database.url);
  const proxy = await startProxy({ host: url.hostname, port: Number(url.port || (dialect === "postgres" ? 5432 : 3306)) });
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  return {
    dialect,
    proxy,
    url: url.href,
    async close() {
      await proxy.close();
      await database.drop();
    },
  };
}

async function filledPostgres(ddl: string): Promise<TestDatabase> {
  const database = await createDatabase();
  await withClient(database.url, (client) => client.query(ddl));
  return database;
}

async function filledMariadb(at: string, ddl: string): Promise<MariadbDatabase> {
  const database = await createMariadbDatabase(at);
  await database.run(ddl);
  return database;
}

export interface Reply {
  readonly status: number;
  readonly retryAfter: number;
  readonly body: Row;
}

export interface SleepyGateway {
  readonly served: NodeGateway;
  ask(who: "first" | "second", path: string, signal?: AbortSignal): Promise<Reply>;
  health(): Promise<unknown>;
  /** The value of a metric of the live primary, unless another target is named; 0 when it is not there yet: `metric("sluice_source_waiting", { kind: "read" })`. */
  metric(name: string, labels?: Readonly<Record<string, string>>): number;
  /** The troubles of the requests logged so far, and of source changes. */
  logged(what: "trouble" | "change" | "because" | "target"): readonly string[];
  close(): Promise<void>;
}

export interface SleepyOptions {
  readonly variables?: Readonly<Record<string, string>>;
  readonly replicaUrl?: string;
  readonly maintenance?: readonly MaintenanceWindow[];
  /** The gateway's clock; the real one without it. */
  readonly now?: () => number;
}

export async function openSleepyGateway(erp: SleepyErp, options: SleepyOptions = {}): Promise<SleepyGateway> {
  const { variables = {}, replicaUrl, maintenance = [], now = () => Date.now() } = options;
  const tables = await createDatabase(gatewayTables);
  const definition = sleepyGateway(erp.dialect, maintenance);
  const urls: SourceUrls = { live: erp.url, test: erp.url, ...(replicaUrl !== undefined && { replicas: { live: replicaUrl } }) };
  const served = await serveOnNode({ definition, sources: new Map([["erp", urls]]), storeUrl: tables.url, variables, now });
  const keys = new Map<string, string>();
  for (const who of ["first", "second"]) {
    await served.createPartner(who, { live: ["1"], test: ["1"] });
    const scopes = ["things:read", "naps:read", "comas:read", "driftings:read"];
    keys.set(who, await served.createKey({ partner: who, environment: "live", scopes }));
  }
  const lines = (): readonly Row[] =>
    served
      .log()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return {
    served,
    async ask(who, path, signal) {
      const bound = AbortSignal.timeout(30_000);
      const response = await fetch(served.url + path, {
        headers: { Authorization: `Bearer ${keys.get(who)}` },
        signal: signal === undefined ? bound : AbortSignal.any([signal, bound]),
      });
      const body: unknown = await response.json();
      return { status: response.status, retryAfter: Number(response.headers.get("retry-after")), body: isRow(body) ? body : {} };
    },
    health: async () => (await fetch(`${served.url}/health`)).json(),
    metric(name, labels = {}) {
      const wanted = Object.entries({ source: "erp", environment: "live", target: "primary", ...labels }).map(([label, value]) => `${label}="${value}"`);
      const found = served
        .metrics()
        .split("\n")
        .find((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)));
      return Number(found?.split(" ").at(-1) ?? 0);
    },
    logged: (what) =>
      lines().flatMap((line) => {
        const value = line[what] ?? (isRow(line["cause"]) ? line["cause"][what] : undefined);
        return typeof value === "string" ? [value] : [];
      }),
    async close() {
      await served.stop();
      await tables.drop();
    },
  };
}

/** Asks until it is answered in full. */
export async function untilServed(ask: () => Promise<Reply>): Promise<void> {
  for (const end = performance.now() + 10_000; ; await sleep(50)) {
    if ((await ask()).status === 200) return;
    if (performance.now() > end) throw new Error("it did not recover");
  }
}
