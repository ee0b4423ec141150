/** The files of this repository, for the tests that look after it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

export const repository = join(import.meta.dirname, "../..");

/** Paths of the files under version control that exist, relative to the repository. */
export async function trackedFiles(): Promise<readonly string[]> {
  const [tracked, deleted] = await Promise.all([list(["ls-files", "-z"]), list(["ls-files", "-z", "--deleted"])]);
  return tracked.filter((path) => !deleted.includes(path));
}

async function list(args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("git", ["-c", `safe.directory=${repository}`, ...args], { cwd: repository, maxBuffer: 1 << 26 });
  return stdout.split("\0").filter((path) => path !== "");
}
