/** Load from `wrk`, a client that takes little of the machine it shares with what it measures. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Request {
  /** GET without it. */
  readonly method?: "GET" | "POST";
  /** Requested in turn. */
  readonly paths: readonly string[];
  readonly body?: string;
  /** `new`: another one with each request. */
  readonly idempotencyKey?: string;
  /** Sent in turn; instead of `Authorization` in the headers. */
  readonly credentials?: readonly string[];
}

export interface Load extends Request {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  /** 99 of 100 requests took no longer. */
  readonly p99Ms: number;
}

/** Rejects when wrk is missing, or when any answer was not 2xx: a fast error is no throughput. */
export async function measure({
  origin,
  method = "GET",
  paths,
  body,
  idempotencyKey,
  credentials = [],
  headers,
  connections,
  seconds,
}: Load): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  try {
    const script = join(folder, "paths.lua");
    writeFileSync(
      script,
      `local paths = {${paths.map((path) => JSON.stringify(path)).join(",")}}
local credentials = {${credentials.map((credential) => JSON.stringify(`Bearer ${credential}`)).join(",")}}
local at = 0
local from = 0
${Object.entries(headers)
  .map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  .join("\n")}
local body = ${body === undefined ? "nil" : JSON.stringify(body)}
${idempotencyKey === undefined || idempotencyKey === "new" ? "" : `wrk.headers["Idempotency-Key"] = ${JSON.stringify(idempotencyKey)}`}
request = function()
  at = at % #paths + 1
  if #credentials > 0 then from = from % #credentials + 1; wrk.headers["Authorization"] = credentials[from] end
  ${idempotencyKey === "new" ? `count = (count or 0) + 1; wrk.headers["Idempotency-Key"] = ${JSON.stringify(`wrk-${process.hrtime.bigint()}-`)} .. count` : ""}
  return wrk.format(${JSON.stringify(method)}, paths[at], nil, body)
end
done = function(summary, latency) io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout)) end`,
    );
    const output = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, origin]);
    const [, requests, micros, p99Micros, errors] = /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(output) ?? [];
    if (requests === undefined || errors !== "0") throw new Error(`wrk met ${errors ?? "unknown"} errors at ${origin}${paths[0] ?? ""}`);
    return { requestsPerSecond: Number(requests) / (Number(micros) / 1e6), p99Ms: Number(p99Micros) / 1e3 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once("error", () => reject(new Error("wrk is not installed (Debian: apt-get install wrk); benchmarks need it.")));
    child.once("exit", (code) => (code === 0 ? resolve(output) : reject(new Error(`wrk ended with ${code}`))));
  });
}
