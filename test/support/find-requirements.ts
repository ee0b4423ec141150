/** Finds which optional components of the tests this machine offers; run once per test run. */
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

export type RequirementName = "mariadb" | "redis" | "chromium" | "sharedErp" | "pseudoTerminal" | "curl";

/** `at` is a URL or a path; `reason` completes the sentence "skipped, because ...". */
export type Requirement = { readonly reachable: true; readonly at: string } | { readonly reachable: false; readonly reason: string };

export type Requirements = Readonly<Record<RequirementName, Requirement>>;

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    requirements: Requirements;
  }
}

export async function findRequirements(): Promise<Requirements> {
  const [mariadb, redis] = await Promise.all([server("MARIADB_URL", 3306), server("REDIS_URL", 6379)]);
  return {
    mariadb,
    redis,
    pseudoTerminal:
      process.platform === "linux" ? file("script of util-linux", "/usr/bin/script") : { reachable: false, reason: "script of util-linux is on Linux only" },
    curl: file("curl", "/usr/bin/curl"),
    chromium: file("Chromium", process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium"),
    sharedErp: file("the shared ERP dump", process.env["SHARED_ERP"] ?? fileURLToPath(new URL("../../../shared/erp", import.meta.url))),
  };
}

function file(what: string, path: string): Requirement {
  return existsSync(path) ? { reachable: true, at: path } : { reachable: false, reason: `${what} is not at ${path}` };
}

async function server(variable: string, defaultPort: number): Promise<Requirement> {
  const at = process.env[variable];
  if (!at) return { reachable: false, reason: `${variable} is not set` };
  const url = new URL(at);
  const answers = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port || defaultPort), timeout: 2_000 });
    const done = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", done(true)).once("error", done(false)).once("timeout", done(false));
  });
  return answers ? { reachable: true, at } : { reachable: false, reason: `nothing answers at ${variable}` };
}
