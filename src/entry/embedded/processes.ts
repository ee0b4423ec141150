/** Asks the operating system about other processes, with and without a /proc file system. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A zombie counts as gone: it holds nothing any more, only its parent has not asked for its exit code. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return statusFields(pid)?.[0] !== "Z";
}

/** The command line, arguments joined by blanks; undefined when the process is gone. */
export function commandOf(pid: number): string | undefined {
  if (hasProc()) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
      return undefined;
    }
  }
  return ps(pid, "command=");
}

/** Tells a process from a later one with the same pid; undefined when the process is gone. */
export function birthOf(pid: number): string | undefined {
  // Field 22 of /proc/<pid>/stat, the start time; the fields here begin after the command, which is field 2.
  return hasProc() ? statusFields(pid)?.[19] : ps(pid, "lstart=");
}

function statusFields(pid: number): string[] | undefined {
  if (!hasProc()) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function ps(pid: number, format: string): string | undefined {
  const result = spawnSync("ps", ["-o", format, "-p", String(pid)], { encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

function hasProc(): boolean {
  return existsSync("/proc/self/stat");
}
