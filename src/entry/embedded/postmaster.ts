/** Reads the file by which a running Postgres marks its data folder, and stops the server it names. */
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandOf, isAlive } from "./processes.ts";

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Undefined when there is no file, or it is half written. Lines as in Postgres' `miscadmin.h`, LOCK_FILE_LINE_*. */
export function readPostmaster(dataFolder: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined; // No file is the normal state of a server that is down.
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/**
 * Stops a server that an earlier, killed process left behind on this data folder. The pid in the file may since belong
 * to any other process, so it is signalled only when its command line names the folder. Returns the pid it stopped.
 */
export async function stopOrphan(dataFolder: string): Promise<number | undefined> {
  const found = readPostmaster(dataFolder);
  if (!found || !isAlive(found.pid)) return undefined;
  const command = commandOf(found.pid);
  if (!command?.includes("postgres") || !command.includes(realpathSync(dataFolder))) return undefined;
  await stopServer(found.pid);
  return found.pid;
}

/** Fast shutdown (SIGINT: open transactions roll back, data is flushed), then harder when it does not end in time. */
export async function stopServer(pid: number): Promise<void> {
  for (const [signal, waitMs] of [
    ["SIGINT", 8_000],
    ["SIGQUIT", 3_000],
    ["SIGKILL", 2_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return; // It is gone already.
    }
    for (const end = Date.now() + waitMs; Date.now() < end; await sleep(20)) {
      if (!isAlive(pid)) return;
    }
  }
  throw new Error(`The embedded Postgres (pid ${pid}) does not stop.`);
}
