/** A whole database server is stopped and started again: the gateway answers 503 meanwhile, and goes on by itself. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "#store/migrate.ts";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import { createSchema, generate } from "../../demo/erp/generate.ts";
import gateway from "../../demo/gateway.ts";
import { locateBinaries } from "../../src/entry/embedded/binaries.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../../src/entry/embedded/cluster.ts";
import { findPlace } from "../../src/entry/embedded/place.ts";
import { chooseServerAccount } from "../../src/entry/embedded/server-account.ts";
import { withClient } from "../projects/demo/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "sluice-restart-"));
let options: ClusterOptions;
let cluster: Cluster;
let served: NodeGateway;
let key: string;

/** The ERP and the gateway's own tables are on the one server, as in a small installation. */
async function serveFrom(url: (database: string) => string): Promise<void> {
  served = await serveOnNode({
    definition: gateway,
    sources: new Map([["erp", { live: url("erp"), test: url("erp") }]]),
    storeUrl: url("store"),
    variables: { SOURCE_TIMEOUT_MS: "800", STORE_TIMEOUT_MS: "500" },
  });
  await served.createPartner("first", { live: ["C0000001"], test: ["C0000001"] });
  key = await served.createKey({ partner: "first", environment: "live", scopes: ["orders:read"] });
}

beforeAll(async () => {
  chmodSync(folder, 0o711);
  const account = chooseServerAccount();
  options = {
    binaries: findPlace(folder, account, await locateBinaries(import.meta.dirname)).binaries,
    account,
    folder,
    logFile: join(folder, "postgres.log"),
    password: randomBytes(12).toString("hex"),
    port: await freePort(),
    settings: { fsync: "off", max_connections: "40", shared_buffers: "16MB" },
  };
  cluster = await startCluster(options);
  await withClient(cluster.url("postgres"), async (client) => {
    for (const name of ["erp", "store"]) await client.query(`CREATE DATABASE ${name}`);
  });
  await withClient(cluster.url("store"), (client) => migrate(client));
  await withClient(cluster.url("erp"), async (client) => {
    await createSchema(client);
    await generate(client, { orders: 60, seed: 3 });
  });
  await serveFrom((database) => cluster.url(database));
}, 120_000);
afterAll(async () => {
  await served.stop();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async () => {
  const response = await fetch(`${served.url}/v1/orders?limit=5&expand=lines`, {
    headers: { Authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(10_000),
  });
  const body: unknown = await response.json();
  return { status: response.status, retryAfter: response.headers.get("retry-after"), body };
};

test("requests all through a restart are answered 200 or 503 with Retry-After, and 200 again soon after it", { timeout: 60_000 }, async () => {
  const before = await ask();
  expect(before.status).toBe(200);
  for (let round = 0; round < 2; round += 1) {
    const statuses = new Set<number>();
    let stop = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!stop) {
        const reply = await ask();
        statuses.add(reply.status);
        if (reply.status !== 200) expect([reply.status, Number(reply.retryAfter) > 0]).toEqual([503, true]);
      }
    });
    await cluster.stop();
    const down = await ask();
    expect(down.status).toBe(503);
    expect((await fetch(`${served.url}/health`)).status).toBe(200);
    cluster = await startCluster(options);
    const end = performance.now() + 5_000;
    while ((await ask()).status !== 200) expect(performance.now(), "it did not recover").toBeLessThan(end);
    stop = true;
    await Promise.all(load);
    expect([...statuses].sort()).toEqual([200, 503]);
    expect(JSON.stringify((await ask()).body).slice(0, 500)).toBe(JSON.stringify(before.body).slice(0, 500));
  }
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
