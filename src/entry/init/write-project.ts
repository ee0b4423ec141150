/** Puts the files of a new project into its folder: all of them, or none. */
import { type Dirent, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What `npm install sluice` and `git init` leave in a folder, which may come before. */
const mayBeThere = new Set(["package.json", "package-lock.json", "pnpm-lock.yaml", "yarn.lock", "node_modules", ".git", ".npmrc"]);

/** Why a project cannot be made in the folder; undefined when it can. */
export function whyNotIn(folder: string): string | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!existsSync(folder) || !readable(folder)) return `${folder} is not a folder.`;
  const others = readdirSync(folder).filter((name) => !mayBeThere.has(name) && !name.endsWith(".tgz"));
  if (others.length === 0) return undefined;
  const shown = others.sort().slice(0, 3).join(", ");
  const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
  return `${folder} is not empty: it holds ${shown}${more}. Choose another folder: sluice init <folder>.`;
}

/**
 * Written beside their place first, then moved there one by one; whatever fails, everything is taken back. Folders come first:
 * moving one fails where a second process has put it meanwhile, before anything of that process is touched. `package.json` is
 * the one file that may be replaced, and comes last.
 */
export function writeProject(folder: string, files: ReadonlyMap<string, string>): void {
  const made = mkdirSync(folder, { recursive: true });
  const moved: string[] = [];
  let unfinished: string | undefined;
  try {
    unfinished = mkdtempSync(join(folder, ".sluice-init-"));
    for (const [path, text] of files) {
      mkdirSync(dirname(join(unfinished, path)), { recursive: true });
      // Copied to `.env`, the example hands its mode on, and passwords go there.
      writeFileSync(join(unfinished, path), text, { flag: "wx", mode: path === ".env.example" ? 0o600 : 0o666 });
    }
    const entries = readdirSync(unfinished, { withFileTypes: true });
    const turn = (entry: Dirent): number => (entry.isDirectory() ? 0 : entry.name === "package.json" ? 2 : 1);
    for (const { name } of entries.sort((a, b) => turn(a) - turn(b))) {
      renameSync(join(unfinished, name), join(folder, name));
      if (name !== "package.json") moved.push(name);
    }
    rmSync(unfinished, { recursive: true });
  } catch (error) {
    for (const name of moved) rmSync(join(folder, name), { recursive: true, force: true });
    if (unfinished !== undefined) rmSync(unfinished, { recursive: true, force: true });
    // `mkdir` names the topmost folder it had to make.
    if (made !== undefined) removeEmpty(folder, made);
    throw error;
  }
}

/** The folder and those above it up to `topmost`, as far as nothing is in them. */
function removeEmpty(folder: string, topmost: string): void {
  for (let at = folder; at.startsWith(topmost) && existsSync(at) && readdirSync(at).length === 0; at = dirname(at)) rmdirSync(at);
}

function readable(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
