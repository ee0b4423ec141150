/** The processes under measurement: the gateway as it is run, and the floor. */

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Running {
  readonly origin: string;
  /** CPU time the process has used so far, where the system tells (Linux), in ms. */
  cpuMs(): number;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, "..");

/** What a configured gateway needs, the same for the process and for the CLI that makes its key. */
export function gatewayEnvironment(storeUrl: string, erpUrl: string, port: number): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    DATABASE_URL: storeUrl,
    WEBHOOK_TEST_LOOPBACK: "true",
    ERP_LIVE_URL: erpUrl,
    ERP_TEST_URL: erpUrl,
    SLUICE_KEY_PEPPER: `1:${randomBytes(32).toString("base64")}`,
    SLUICE_SECRET: randomBytes(32).toString("base64"),
    HOST: "127.0.0.1",
    PORT: String(port),
    LOG_LEVEL: "info",
  };
}

export async function cli(environment: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ["--conditions=source", "src/entry/cli.ts", ...words], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`sluice ${words.join(" ")} ended with ${String(code)}`);
  return output;
}

/** The gateway's log goes to a file, as it would in service. */
export async function startGateway(environment: Readonly<Record<string, string>>, logFile: string): Promise<Running> {
  const child = spawn(process.execPath, ["--conditions=source", "src/entry/node.ts"], {
    cwd: root,
    env: environment,
    stdio: ["ignore", openSync(logFile, "w"), "inherit"],
  });
  const origin = `http://127.0.0.1:${environment["PORT"]}`;
  for (let tries = 0; ; tries += 1) {
    if (child.exitCode !== null || tries > 200) throw new Error("The gateway did not start.");
    const ready = await fetch(`${origin}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { origin, cpuMs: () => cpuMs(child), stop: () => stop(child) };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function startFloor(task: unknown): Promise<Running> {
  return startTask("bench/floor.ts", task);
}

export function startAccessGateway(task: unknown): Promise<Running> {
  return startTask("bench/access-gateway.ts", task);
}

export function startBareWrites(task: unknown): Promise<Running> {
  return startTask("bench/bare-writes.ts", task);
}

/** A process that takes its task from standard input and says its port in the first line. */
export async function startTask(file: string, task: unknown): Promise<Running> {
  const child = spawn(process.execPath, ["--conditions=source", file], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(task));
  const [line] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    once(child, "exit").then(() => Promise.reject(new Error(`${file} did not start.`))),
  ]);
  return { origin: `http://127.0.0.1:${String(line)}`, cpuMs: () => cpuMs(child), stop: () => stop(child) };
}

/** `sluice worker` of a project; resolves when it is at work. */
export async function startWorker(environment: Readonly<Record<string, string>>, project: string): Promise<Pick<Running, "stop">> {
  const child = spawn(process.execPath, ["--conditions=source", "src/entry/cli.ts", "worker", "--project", project], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(createInterface(child.stdout), "line"), once(child, "exit").then(() => Promise.reject(new Error("The worker did not start.")))]);
  child.stdout.resume();
  return { stop: () => stop(child) };
}

/** Fields 14 and 15 of proc(5) `stat`: user and system time, in ticks of 10 ms. */
function cpuMs(child: ChildProcess): number {
  try {
    const [, after = ""] = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ");
    const fields = after.split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN; // no Linux
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
