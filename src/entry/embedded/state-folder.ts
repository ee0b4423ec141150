/** The folder `.sluice`: everything a first run keeps, by name, and how it is begun anew. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface StateFolder {
  readonly path: string;
  readonly running: string;
  readonly secrets: string;
  readonly demo: string;
  /** Where the server of this folder listens, and where its data is. */
  readonly postgres: string;
  readonly postgresLog: string;
}

export function openStateFolder(parent: string): StateFolder {
  const state = stateFolderIn(parent);
  mkdirSync(state.path, { recursive: true });
  // Whatever the umask: another account may have to pass through to its data. What is secret in here is so by itself.
  chmodSync(state.path, 0o711);
  return state;
}

/** Its names, whether it is there or not. */
export function stateFolderIn(parent: string): StateFolder {
  const path = join(parent, ".sluice");
  return {
    path,
    running: join(path, "running.json"),
    secrets: join(path, "secrets.json"),
    demo: join(path, "demo.json"),
    postgres: join(path, "postgres.json"),
    postgresLog: join(path, "postgres.log"),
  };
}

/** Forgets data, secrets and demo keys; only by name, in case somebody keeps something of their own here. */
export function clearStateFolder(state: StateFolder, dataFolder: string): void {
  for (const path of [state.demo, state.secrets, state.postgres, state.postgresLog]) rmSync(path, { force: true });
  for (const name of ["postgres", "postgres.unfinished"]) rmSync(join(dataFolder, name), { recursive: true, force: true });
}

/** Undefined when the file is missing or no JSON. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // Both are the same to the caller: there is nothing to go by.
  }
}

/** All or nothing, and readable to the owner alone. */
export function writeJson(path: string, value: unknown): void {
  const unfinished = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, path);
}
