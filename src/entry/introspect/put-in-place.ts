/** Puts files of a project in place so that a failure leaves nothing half done: all is written aside first, then renamed. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder that is new comes into being at once, with all its files; a file that exists is replaced at once. */
export async function putInPlace(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  const aside = join(root, `.sluice-introspect-${randomBytes(6).toString("hex")}`);
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(aside, path)), { recursive: true });
      await writeFile(join(aside, path), text);
    }
    for (const unit of unitsOf(root, files)) {
      const target = join(root, unit);
      const before = existsSync(target) ? await readFile(target, "utf8") : undefined;
      await mkdir(dirname(target), { recursive: true });
      await rename(join(aside, unit), target);
      undo.push(() => (before === undefined ? rm(target, { recursive: true, force: true }) : writeFile(target, before)));
    }
  } catch (error) {
    for (const back of undo.toReversed()) await back();
    throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Folders of resources that do not exist yet as wholes, everything else file by file; in the order of `files`. */
function unitsOf(root: string, files: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...files.keys()].map((path) => (/^resources\/[^/]+\//.test(path) && !existsSync(join(root, dirname(path))) ? dirname(path) : path)))];
}
