/** A Postgres server of a test's own, which it may stop and start, or kill. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { locateBinaries } from "../../src/entry/embedded/binaries.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../../src/entry/embedded/cluster.ts";
import { findFreePort } from "../../src/entry/embedded/free-port.ts";
import { findPlace } from "../../src/entry/embedded/place.ts";
import { chooseServerAccount } from "../../src/entry/embedded/server-account.ts";

export interface OwnServer {
  url(database: string): string;
  /** Stops it in good order, and starts it again after `downMs`. */
  restart(downMs?: number): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it, and removes its folder. */
  remove(): Promise<void>;
}

/** With these databases, empty. */
export async function ownServer(databases: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-server-"));
  chmodSync(folder, 0o711);
  const account = chooseServerAccount();
  const options: ClusterOptions = {
    binaries: findPlace(folder, account, await locateBinaries(import.meta.dirname)).binaries,
    account,
    folder,
    logFile: join(folder, "postgres.log"),
    password: randomBytes(12).toString("hex"),
    port: await findFreePort(),
    settings: { fsync: "off", max_connections: "100", shared_buffers: "64MB", ...settings },
  };
  let cluster: Cluster | undefined = await startCluster(options);
  const url = cluster.url;
  const client = new pg.Client({ connectionString: url("postgres") });
  await client.connect();
  for (const name of databases) await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const stop = async (): Promise<void> => {
    await cluster?.stop();
    cluster = undefined;
  };
  const start = async (): Promise<void> => {
    cluster = await startCluster(options);
  };
  return {
    url,
    stop,
    start,
    async restart(downMs = 0) {
      await stop();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      await start();
    },
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
