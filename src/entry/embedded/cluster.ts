/** Creates, starts and stops one Postgres server on one data folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { readPostmaster, stopOrphan, stopServer } from "./postmaster.ts";
import type { ServerAccount } from "./server-account.ts";

export interface ClusterOptions {
  readonly binaries: Binaries;
  readonly account: ServerAccount;
  /** Holds the data folder and whatever the server account has to read; the account must be able to enter it. */
  readonly folder: string;
  readonly logFile: string;
  readonly password: string;
  readonly port: number;
  /** Settings beyond the defaults, e.g. `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Cluster {
  readonly port: number;
  url(database: string): string;
  stop(): Promise<void>;
}

/** Name of the only role; it owns everything in the cluster. */
const clusterUser = "sluice";

/** Starts the server, making its data folder first where it is missing, and stopping what a killed process left on it. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const data = join(options.folder, "postgres");
  await stopOrphan(data);
  // initdb writes its files long before it is done, so the end of it is marked by the absence of this file.
  const unfinished = join(options.folder, "postgres.unfinished");
  if (!existsSync(data) || existsSync(unfinished)) {
    writeFileSync(unfinished, "");
    await initialise(options, data);
    rmSync(unfinished);
  }

  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    ...options.settings,
  };
  const args = ["-D", realpathSync(data), "-p", String(options.port)];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);

  const pid = await launch(options, data, args);
  return {
    port: options.port,
    url: (database) => clusterUrl(options, database),
    stop: () => stopServer(pid),
  };
}

/** Processes of a killed server notice its end a moment later; until then its shared memory, or its pid, is still there. */
async function launch(options: ClusterOptions, data: string, args: readonly string[]): Promise<number> {
  for (const end = Date.now() + 20_000; ; await sleep(200)) {
    const from = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
    const server = spawnAsServer(options, options.binaries.postgres, args);
    server.unref();
    try {
      return await becomesReady(server, data, options.logFile);
    } catch (error) {
      const said = readFileSync(options.logFile).subarray(from).toString();
      if (!/pre-existing shared memory block|lock file "postmaster\.pid" already exists/.test(said) || Date.now() > end) throw error;
    }
  }
}

export function clusterUrl(server: { readonly password: string; readonly port: number }, database: string): string {
  return `postgres://${clusterUser}:${server.password}@127.0.0.1:${server.port}/${database}`;
}

async function initialise(options: ClusterOptions, data: string): Promise<void> {
  const own = (path: string): void => {
    if (options.account.ids) chownSync(path, options.account.ids.uid, options.account.ids.gid);
  };
  // Retried: an initdb that lost its parent may still be writing there for a moment.
  rmSync(data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  mkdirSync(data, { recursive: true });
  chmodSync(data, 0o700);
  own(data);

  const passwordFile = join(options.folder, `password-${randomBytes(6).toString("hex")}`);
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  own(passwordFile);
  try {
    // One collation on every machine; C.UTF-8 of the builtin provider knows Unicode and needs no system locale.
    const child = spawnAsServer(options, options.binaries.initdb, [
      `--pgdata=${data}`,
      `--username=${clusterUser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-sync",
      "--no-instructions",
    ]);
    const failure = await ends(child);
    if (failure !== undefined) throw new Error(`The embedded Postgres could not be set up (${failure}); see ${options.logFile}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function spawnAsServer(options: ClusterOptions, program: string, args: readonly string[]): ChildProcess {
  // The log goes to a file, not to a pipe of this process: the server has to survive this process to end cleanly.
  const log = openSync(options.logFile, "a", 0o600);
  try {
    return spawn(program, args, {
      ...options.account.ids,
      cwd: "/",
      // Its own process group: Ctrl-C in the terminal reaches only this process, which drains before it stops the server.
      detached: true,
      stdio: ["ignore", log, log],
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    });
  } finally {
    closeSync(log);
  }
}

async function becomesReady(server: ChildProcess, data: string, logFile: string): Promise<number> {
  let failure: string | undefined;
  void ends(server).then((reason) => {
    failure = reason ?? "it ended at once";
  });
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(25)) {
    if (failure !== undefined) throw new Error(`The embedded Postgres does not start (${failure}); see ${logFile}`);
    const found = readPostmaster(data);
    if (found && found.pid === server.pid && found.ready) return found.pid;
  }
  server.kill("SIGQUIT");
  throw new Error(`The embedded Postgres did not become ready within a minute; see ${logFile}`);
}

function ends(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(code === 0 ? undefined : `exit ${code ?? signal}`));
  });
}
