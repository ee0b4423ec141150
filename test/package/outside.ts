/** The package as others install it: packed from a clean copy of this repository, and npm as a stranger would call it. */
import { execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type GatewayProcess, watch } from "../entry/gateway-process.ts";
import { repository, trackedFiles } from "../repository/repository.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Outside {
  /** Outside this repository, and at first empty but for the tarball. */
  readonly folder: string;
  readonly tarball: string;
  remove(): void;
}

/** Settings by which npm finds its registry; of the run that called these tests it must know nothing else. */
const npmSettings = /^npm_config_(registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|strict_ssl|.*:_auth.*)$/i;

function environment(variables: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => ["PATH", "HOME", "TMPDIR", "LANG"].includes(name) || npmSettings.test(name));
  return { ...Object.fromEntries(own.map(([name, value]) => [name, value ?? ""])), ...variables };
}

/** Never rejects: a failure is an outcome, too. */
export function run(folder: string, command: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: folder, env: environment(variables), maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, err });
    });
    child.stdin?.end();
  });
}

/** A process that goes on, such as `npm start`. */
export function begin(folder: string, command: readonly string[], variables: Readonly<Record<string, string>>): GatewayProcess {
  const [program = "", ...args] = command;
  return watch(spawn(program, args, { cwd: folder, env: environment(variables), stdio: ["ignore", "pipe", "pipe"] }));
}

/** What is under version control, or would be, in a folder of its own: nothing built can hide there. */
async function copyOfRepository(folder: string): Promise<string> {
  const copy = join(folder, "clone");
  for (const path of await trackedFiles()) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(repository, path), join(copy, path));
  }
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  return copy;
}

export async function packOutside(): Promise<Outside> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-outside-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  const clone = await copyOfRepository(folder);
  const packed = await run(clone, ["npm", "pack", "--pack-destination", folder]);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (packed.code !== 0 || tarball === undefined) {
    remove();
    throw new Error(`npm pack failed.\n${packed.out}\n${packed.err}`);
  }
  rmSync(clone, { recursive: true });
  return { folder, tarball: join(folder, tarball), remove };
}

/** npm's own patience with a registry that is not there is several minutes. */
const impatient = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"];

const offline = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|EHOSTUNREACH|ENETUNREACH|FETCH_ERROR)\b/;

/** Why npm could not install; undefined when it did. Throws where it is not for want of a network. */
export async function install(folder: string, ...packages: readonly string[]): Promise<string | undefined> {
  const { code, out, err } = await run(folder, ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...impatient, ...packages]);
  if (code === 0) return undefined;
  const found = offline.exec(err)?.[1];
  if (found === undefined) throw new Error(`npm install failed.\n${out}\n${err}`);
  return `npm reaches no registry (${found}), and its cache does not hold all packages`;
}
