/** The gateway as a real process is told to stop while requests are underway: they finish, nothing new begins, it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import { perform } from "#control-plane/perform.ts";
import { describeGateway } from "#gateway";
import { connectStore } from "#store/connect.ts";
import gateway from "../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases, plantedSecrets, withClient } from "../projects/demo/databases.ts";
import { askingAt, did, planeOver } from "../support/control-plane.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

let databases: DemoDatabases;
let tables: TestDatabase;
let key: string;
const pepper = randomBytes(32);
const children: ChildProcess[] = [];

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  tables = await createDatabase(gatewayTables);
  const store = connectStore({ url: tables.url, poolSize: 1, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  const { scopes, versions } = describeGateway(gateway);
  const plane = planeOver(store, { peppers: createPeppers(new Map([[1, pepper]])), knownScopes: scopes, versions });
  const wanted = { partner: "first", accounts: [{ environment: "live", account: "C0000001" }], environment: "live", scopes: [...scopes] };
  key = (await did(perform(plane, keyCreate, wanted, askingAt(Date.now())))).key;
  await store.destroy();
}, 120_000);
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await tables.drop();
  await databases.drop();
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly output: () => string;
  readonly ended: Promise<number | string>;
}

async function startProcess(): Promise<Running> {
  const child = spawn(process.execPath, ["--conditions=source", fileURLToPath(new URL("../../src/entry/node.ts", import.meta.url))], {
    cwd: tmpdir(),
    env: {
      PATH: process.env["PATH"] ?? "",
      PORT: "0",
      HOST: "127.0.0.1",
      LOG_LEVEL: "trace",
      SOURCE_LOCK_TIMEOUT_MS: "4000",
      DATABASE_URL: tables.url,
      ERP_LIVE_URL: databases.live.url,
      ERP_TEST_URL: databases.test.url,
      SLUICE_KEY_PEPPER: `1:${pepper.toString("base64")}`,
      SLUICE_SECRET: randomBytes(32).toString("base64"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | string>((resolve) => child.once("close", (code, signal) => resolve(code ?? signal ?? "?")));
  const end = performance.now() + 20_000;
  while (!/http:\/\/[\w.:]+/.test(output) || !output.includes("Ctrl-C")) {
    if (performance.now() > end || child.exitCode !== null) throw new Error(`It does not serve: ${output}`);
    await sleep(20);
  }
  return { child, url: /http:\/\/[\w.]+:\d+/.exec(output)?.[0] ?? "", output: () => output, ended };
}

test("on SIGTERM requests underway are answered in full, new ones are not taken, and the process ends with 0", { timeout: 60_000 }, async () => {
  const { child, url, output, ended } = await startProcess();
  const ask = async (path: string) => {
    const response = await fetch(url + path, { headers: { Authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(10_000) });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  const path = "/v1/orders?limit=50&expand=lines";
  const whole = await ask(path);
  expect(whole.status).toBe(200);

  await withClient(databases.live.url, async (client) => {
    await client.query(`BEGIN; LOCK TABLE "OEHDR" IN ACCESS EXCLUSIVE MODE`);
    const underway = Promise.all(Array.from({ length: 8 }, () => ask(path)));
    await sleep(400);
    child.kill("SIGTERM");
    await sleep(400);
    await expect(fetch(`${url}/health`, { headers: { Connection: "close" }, signal: AbortSignal.timeout(2_000) })).rejects.toThrow();
    await client.query("COMMIT");
    for (const { status, body } of await underway) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ data: expect.any(Array) });
      expect(JSON.stringify(body).replace(/"next_cursor".*/, "")).toBe(JSON.stringify(whole.body).replace(/"next_cursor".*/, ""));
    }
  });
  expect(await Promise.race([ended, sleep(6_000).then(() => "still running")])).toBe(0);

  const { rows } = await withClient(databases.live.url, (client) =>
    client.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()"),
  );
  expect(rows, "connections it left behind").toEqual([]);
  const lines = output()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  expect(lines.length).toBeGreaterThanOrEqual(9);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  for (const secret of [...(await plantedSecrets(databases.live.url)), key.slice(-49), pepper.toString("base64"), new URL(databases.live.url).password].filter(
    (text) => text.length > 5,
  ))
    expect(output()).not.toContain(secret);
});

test("a request that does not finish in the time allowed is cut off, and the process ends all the same", { timeout: 60_000 }, async () => {
  const { child, url, ended } = await startProcess();
  await withClient(databases.live.url, async (client) => {
    // Slower than the gateway's patience: each row waits, and the statement's own timeout comes first or the end does.
    await client.query(`BEGIN; LOCK TABLE "OEHDR", "ITMMAS" IN ACCESS EXCLUSIVE MODE`);
    const never = fetch(`${url}/v1/orders?limit=1`, { headers: { Authorization: `Bearer ${key}` } }).then(
      ({ status }) => status,
      () => "cut off",
    );
    await sleep(300);
    const told = performance.now();
    child.kill("SIGTERM");
    expect([503, "cut off"]).toContain(await never);
    expect(await Promise.race([ended, sleep(8_000).then(() => "still running")])).toBe(0);
    expect(performance.now() - told).toBeLessThan(8_000);
  });
});
