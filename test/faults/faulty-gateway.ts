/** A gateway whose ways to its ERP and to its own store lead through proxies that can fail. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";
import { declaredScopes } from "#contract/contract.ts";
import { isRow, type Row } from "#testing/public-values.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases, withClient } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Row;
  readonly ms: number;
}

export interface FaultyGateway {
  readonly gateway: NodeGateway;
  readonly databases: DemoDatabases;
  /** Between the gateway and the live ERP. */
  readonly erp: TcpProxy;
  /** Between the gateway and its own tables. */
  readonly store: TcpProxy;
  readonly keys: { readonly live: string; readonly test: string };
  /** A GET with the live key unless another is given; rejects when it is not answered within 10 s. */
  ask(path: string, options?: { readonly key?: string; readonly signal?: AbortSignal }): Promise<Reply>;
  /** Connections of the gateway to the live ERP, as the ERP counts them. */
  connections(): Promise<number>;
}

export const poolSize = 3;
/** A statement gets 800 ms and a second of grace, a lock 300 ms, a connection 800 ms, a turn 3 s; a request has a few of each. */
const boundMs = 6_000;

export function faultyGateway(): () => FaultyGateway {
  let opened: (FaultyGateway & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    opened = await open();
  }, 120_000);
  afterAll(() => opened?.close());
  return () => opened ?? expect.unreachable("not open");
}

async function open(): Promise<FaultyGateway & { close(): Promise<void> }> {
  const databases = await demoDatabases({ small: true });
  const tables = await createDatabase(gatewayTables);
  const [erp, store] = [await startProxy(addressOf(databases.live.url)), await startProxy(addressOf(tables.url))];
  const served = await serveOnNode({
    definition: gateway,
    sources: new Map([["erp", { live: through(databases.live.url, erp), test: databases.test.url }]]),
    storeUrl: through(tables.url, store),
    variables: {
      SOURCE_TIMEOUT_MS: "800",
      SOURCE_CONNECT_TIMEOUT_MS: "800",
      SOURCE_LOCK_TIMEOUT_MS: "300",
      SOURCE_POOL_SIZE: String(poolSize),
      SOURCE_BREAKER_MAX_MS: "500",
      STORE_TIMEOUT_MS: "500",
    },
  });
  await served.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  const scopes = [...declaredScopes(gateway.contracts)];
  const keys = {
    live: await served.createKey({ partner: "first", environment: "live", scopes }),
    test: await served.createKey({ partner: "first", environment: "test", scopes }),
  };
  return {
    gateway: served,
    databases,
    erp,
    store,
    keys,
    async ask(path, { key = keys.live, signal } = {}) {
      const started = performance.now();
      const bound = AbortSignal.timeout(10_000);
      const response = await fetch(served.url + path, {
        headers: { Authorization: `Bearer ${key}` },
        signal: signal === undefined ? bound : AbortSignal.any([signal, bound]),
      });
      const parsed: unknown = await response.json();
      return { status: response.status, headers: response.headers, body: isRow(parsed) ? parsed : {}, ms: performance.now() - started };
    },
    connections: () =>
      withClient(databases.live.url, async (client) => {
        const { rows } = await client.query<{ count: number }>(
          "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice'",
        );
        return rows[0]?.count ?? 0;
      }),
    async close() {
      await erp.turn("pass");
      await store.turn("pass");
      await served.stop();
      await Promise.all([erp.close(), store.close()]);
      await tables.drop();
      await databases.drop();
    },
  };
}

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

function through(url: string, { port }: TcpProxy): string {
  const to = new URL(url);
  to.hostname = "127.0.0.1";
  to.port = String(port);
  return to.href;
}

/** The one answer to trouble behind the gateway. */
export function expectUnavailable(reply: Reply, code: "source-unavailable" | "gateway-unavailable" = "source-unavailable"): void {
  expect([reply.status, reply.body["code"]], JSON.stringify(reply.body)).toEqual([503, code]);
  expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(reply.ms).toBeLessThan(boundMs);
  expect(JSON.stringify(reply.body)).not.toMatch(/ECONN|postgres|sluice_|OEHDR|timeout|relation|column/i);
}

/** What needs no database answers as ever, and soon. */
export async function expectEdgeAlive({ gateway: { url } }: FaultyGateway): Promise<void> {
  for (const path of ["/health", "/docs", "/openapi/2026-11-01.json", "/", "/docs/guides"]) {
    const started = performance.now();
    const response = await fetch(url + path, { signal: AbortSignal.timeout(5_000) });
    await response.text();
    expect(response.status, path).toBe(200);
    expect(performance.now() - started, path).toBeLessThan(3_000);
  }
}

/** By itself and without a restart: asks until it is answered in full. */
export async function expectRecovery(ask: () => Promise<Reply>, withinMs = 8_000): Promise<void> {
  const end = performance.now() + withinMs;
  for (let reply = await ask(); reply.status !== 200; reply = await ask()) {
    expect(reply.status, JSON.stringify(reply.body)).toBe(503);
    expect(performance.now(), "it did not recover").toBeLessThan(end);
    await sleep(100);
  }
}
