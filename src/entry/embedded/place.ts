/** Finds a place for data and programs that the account which runs Postgres can reach. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Binaries, binariesIn } from "./binaries.ts";
import { canEnter, type ServerAccount } from "./server-account.ts";

export interface Place {
  /** Holds the data folder `postgres`. */
  readonly folder: string;
  readonly binaries: Binaries;
}

/**
 * The state folder itself, where it can be reached. A clone below a folder of mode 0700, such as /root, cannot when
 * Postgres runs as another account: then data, and where needed a copy of the programs, live beneath the system's
 * temporary folder under a name derived from the state folder's path.
 */
export function findPlace(stateFolder: string, account: ServerAccount, installed: Binaries): Place {
  const folder = canEnter(account, stateFolder) ? stateFolder : besides(stateFolder, account);
  if (runs(account, installed) === undefined) return { folder, binaries: installed };

  const copy = binariesIn(join(folder, "programs"));
  if (runs(account, copy) !== undefined || version(account, copy) !== version({}, installed)) copyPrograms(installed.root, copy.root);
  const failure = runs(account, copy);
  if (failure !== undefined) {
    throw new Error(`The embedded Postgres does not run on this system (${failure}). Set DATABASE_URL and the source URLs to a Postgres of your own.`);
  }
  return { folder, binaries: copy };
}

function besides(stateFolder: string, account: ServerAccount): string {
  const name = `sluice-${createHash("sha256").update(stateFolder).digest("hex").slice(0, 16)}`;
  for (const parent of [tmpdir(), "/var/tmp", "/tmp"]) {
    if (!canEnter(account, parent)) continue;
    const folder = join(parent, name);
    if (!existsSync(folder)) mkdirSync(folder);
    const found = lstatSync(folder);
    // The name can be guessed, so somebody else may have put a folder of their own there.
    if (!found.isDirectory() || found.uid !== userInfo().uid) throw new Error(`${folder} belongs to somebody else; remove it, or set TMPDIR.`);
    chmodSync(folder, 0o711);
    return folder;
  }
  throw new Error(`The account that runs Postgres can enter neither ${stateFolder} nor a temporary folder. Set DATABASE_URL, or move the project.`);
}

/** Why the server program does not run as the account; undefined when it does. */
function runs(account: ServerAccount, binaries: Binaries): string | undefined {
  const result = spawnSync(binaries.postgres, ["--version"], { ...account.ids, cwd: "/", encoding: "utf8" });
  if (result.status === 0) return undefined;
  return result.error?.message ?? (result.stderr.trim() || `exit ${result.status ?? result.signal}`);
}

function version(account: ServerAccount, binaries: Binaries): string {
  return spawnSync(binaries.postgres, ["--version"], { ...account.ids, cwd: "/", encoding: "utf8" }).stdout ?? "";
}

function copyPrograms(from: string, to: string): void {
  const unfinished = `${to}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  cpSync(from, unfinished, { recursive: true, verbatimSymlinks: true });
  openToAll(unfinished);
  rmSync(to, { recursive: true, force: true });
  renameSync(unfinished, to);
}

/** An installation under a strict umask is readable to its owner alone. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, 0o755);
  }
}
