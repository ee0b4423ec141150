/** Starts one real Postgres for the whole test run, and finds out which optional components this machine has. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { locateBinaries } from "../../src/entry/embedded/binaries.ts";
import { startCluster } from "../../src/entry/embedded/cluster.ts";
import { findPlace } from "../../src/entry/embedded/place.ts";
import { stopOrphan } from "../../src/entry/embedded/postmaster.ts";
import { isAlive } from "../../src/entry/embedded/processes.ts";
import { chooseServerAccount } from "../../src/entry/embedded/server-account.ts";
import { findRequirements } from "./find-requirements.ts";

const prefix = "sluice-test-";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  project.provide("requirements", await findRequirements());

  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o711);
  writeFileSync(join(folder, "owner.pid"), String(process.pid));
  const account = chooseServerAccount();
  const cluster = await startCluster({
    // Copied, where the clone lies below a folder that only its owner can enter.
    binaries: findPlace(folder, account, await locateBinaries()).binaries,
    account,
    folder,
    logFile: join(folder, "postgres.log"),
    password: randomBytes(12).toString("hex"),
    port: await freePort(),
    // Nothing here has to survive a power failure.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200", shared_buffers: "256MB" },
  });
  project.provide("postgresUrl", cluster.url("postgres"));
  return async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** A run that was killed could not tidy up; its server is stopped here, and only if its owner is gone. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const ownerFile = join(folder, "owner.pid");
    if (!existsSync(ownerFile) || isAlive(Number(readFileSync(ownerFile, "utf8")))) continue;
    await stopOrphan(join(folder, "postgres"));
    rmSync(folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
