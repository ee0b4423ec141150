/** Several gateways as real processes over one store, an operator beside them, and a client that sends at a steady rate. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { limitUpdate } from "#control-plane/limits/update.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { perform } from "#control-plane/perform.ts";
import { describeGateway } from "#gateway";
import { connectStore, type Store } from "#store/connect.ts";
import gateway from "../../demo/gateway.ts";
import { demoDatabases } from "../projects/demo/databases.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables } from "../support/postgres.ts";

export interface Member {
  readonly child: ChildProcess;
  readonly port: number;
  readonly output: () => string;
}

export interface Fleet {
  readonly store: Store;
  readonly storeUrl: string;
  readonly plane: ControlPlane;
  issueKey(): Promise<{ readonly id: string; readonly token: string }>;
  start(variables?: Readonly<Record<string, string>>): Promise<Member>;
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL("../../src/entry/node.ts", import.meta.url));

export async function openFleet(): Promise<Fleet> {
  const databases = await demoDatabases({ small: true });
  const tables = await createDatabase(gatewayTables);
  const [pepper, secret] = [randomBytes(32), randomBytes(32)];
  const store = connectStore({ url: tables.url, poolSize: 2, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  const { scopes, versions } = describeGateway(gateway);
  const plane = planeOver(store, { peppers: createPeppers(new Map([[1, pepper]])), knownScopes: scopes, versions });
  await did(perform(plane, partnerCreate, { name: "first", accounts: [{ environment: "live", account: "C0000001" }] }, askingAt(Date.now())));
  // What is sent here is more than a partner's usual plan allows.
  const noLimits = { plan: "default", burst_quota: null, burst_seconds: null, sustained_quota: null, sustained_seconds: null, inflight: null };
  await did(perform(plane, limitUpdate, noLimits, askingAt(Date.now())));
  const members: Member[] = [];
  return {
    store,
    storeUrl: tables.url,
    plane,
    async issueKey() {
      const wanted = { partner: "first", environment: "live", scopes: ["products:read"] };
      const { id, key } = await did(perform(plane, keyCreate, wanted, askingAt(Date.now())));
      return { id, token: key };
    },
    async start(variables = {}) {
      const child = spawn(process.execPath, ["--conditions=source", entry], {
        cwd: tmpdir(),
        env: {
          PATH: process.env["PATH"] ?? "",
          PORT: "0",
          HOST: "127.0.0.1",
          LOG_LEVEL: "warn",
          STORE_POOL_SIZE: "4",
          AUTH_FAILURES: "0",
          SOURCE_PARTNER_SHARE: "100",
          SOURCE_QUEUE_SIZE: "5000",
          DATABASE_URL: tables.url,
          ERP_LIVE_URL: databases.live.url,
          ERP_TEST_URL: databases.test.url,
          SLUICE_KEY_PEPPER: `1:${pepper.toString("base64")}`,
          SLUICE_SECRET: secret.toString("base64"),
          ...variables,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
      const end = performance.now() + 40_000;
      while (!output.includes("Ctrl-C")) {
        if (performance.now() > end || child.exitCode !== null) throw new Error(`It does not serve: ${output}`);
        await sleep(20);
      }
      const member = { child, port: Number(/http:\/\/[\w.]+:(\d+)/.exec(output)?.[1]), output: () => output };
      members.push(member);
      return member;
    },
    async stop() {
      for (const { child } of members) child.kill("SIGKILL");
      await store.destroy();
      await tables.drop();
      await databases.drop();
    },
  };
}

export interface Sent {
  /** 0 where there was no answer. */
  readonly status: number;
  /** Of the problem; empty where it is none. */
  readonly code: string;
  /** `performance.now()` when it was sent. */
  readonly at: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One small read, over connections that are kept. */
export function send(port: number, token: string): Promise<Sent> {
  const at = performance.now();
  return new Promise((resolve) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path: "/v1/products?limit=1&fields=id", agent, headers: { Authorization: `Bearer ${token}` }, timeout: 10_000 },
      (incoming) => {
        let body = "";
        incoming.setEncoding("utf8").on("data", (text: string) => (body += text));
        incoming.once("end", () => resolve({ status: incoming.statusCode ?? 0, code: /"code":"([a-z-]+)"/.exec(body)?.[1] ?? "", at }));
      },
    );
    outgoing.once("timeout", () => outgoing.destroy());
    outgoing.once("error", () => resolve({ status: 0, code: "no-answer", at }));
    outgoing.end();
  });
}

/** Sends at a rate that does not wait for answers, until it is stopped; resolves when all are answered. */
export function steadily(perSecond: number, one: (count: number) => Promise<void>): { stop(): Promise<{ readonly perSecond: number }> } {
  const began = performance.now();
  const underway = new Set<Promise<void>>();
  let count = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - began) / 1000) * perSecond; count < due; count += 1) {
      const sent = one(count).finally(() => underway.delete(sent));
      underway.add(sent);
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      const rate = count / ((performance.now() - began) / 1000);
      await Promise.all(underway);
      return { perSecond: rate };
    },
  };
}
