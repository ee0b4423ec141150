/** A first run as its user meets it: real processes, started, interrupted and killed at the worst moments. */
import { execFileSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeProjectFolder } from "./gateway-process.ts";

let place: ReturnType<typeof makeProjectFolder>;
beforeEach(() => {
  place = makeProjectFolder();
});
afterEach(() => place.remove());

async function statusOf(url: string, key: string): Promise<number> {
  return (await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${key}` } })).status;
}

describe("a first run with nothing configured", { timeout: 60_000 }, () => {
  test("shows progress, serves, prints a curl line that works as it is, and writes demo.json", async () => {
    const gateway = place.run();
    const url = await gateway.serves();
    for (const line of ["Starting the embedded Postgres", "test: half of it", "live: half of it", "Migrated"]) expect(gateway.out()).toContain(line);
    expect(gateway.out()).toContain(`${url}/docs`);

    const curl =
      gateway
        .out()
        .split("\n")
        .find((line) => line.trim().startsWith("curl ")) ?? "";
    const answer: unknown = JSON.parse(execFileSync("/bin/sh", ["-c", `${curl} -s`], { encoding: "utf8" }));
    expect(answer).toMatchObject({
      data: [
        { id: "a", weight: 1 },
        { id: "b", weight: 2 },
      ],
    });

    const demo = place.demo();
    expect(demo).toMatchObject({
      url,
      docs: `${url}/docs`,
      partners: [
        { name: "First", accounts: ["A1"] },
        { name: "Second", accounts: ["B1", "B2"] },
      ],
    });
    for (const { keys } of demo.partners) {
      expect([keys.test, keys.live].map((key) => key.slice(0, 9))).toEqual(["slc_test_", "slc_live_"]);
      expect(await statusOf(url, keys.test)).toBe(200);
      expect(await statusOf(url, keys.live)).toBe(200);
    }
    for (const name of readdirSync(place.state)) expect([name, statSync(join(place.state, name)).mode & 0o077]).toEqual([name, 0]);
    expect(await statusOf(url, "slc_live_nonsense")).toBe(401);
    expect((await fetch(demo.docs)).status).toBe(200);
  });

  test("is found again by the second: same data, same keys, nothing made twice", async () => {
    const first = place.run();
    await first.serves();
    const { partners } = place.demo();
    first.child.kill("SIGINT");
    expect(await first.ends()).toBe(0);

    const second = place.run();
    const url = await second.serves();
    expect(second.out()).not.toContain("half of it");
    expect(second.out()).not.toContain("Migrated");
    expect(place.demo()).toMatchObject({ url, partners });
    expect(await statusOf(url, partners[1]?.keys.live ?? "")).toBe(200);
  });

  test("begins anew with --fresh: new keys, and the old ones are worth nothing", async () => {
    const first = place.run();
    await first.serves();
    const old = place.demo().partners[0]?.keys.live ?? "";
    first.child.kill("SIGTERM");
    await first.ends();

    const second = place.run(["--fresh"]);
    const url = await second.serves();
    expect(second.out()).toContain("half of it");
    expect(await statusOf(url, old)).toBe(401);
    expect(await statusOf(url, place.demo().partners[0]?.keys.live ?? "")).toBe(200);
  });

  test.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)("ends on %s with exit code 0 and leaves no process", async (signal) => {
    const gateway = place.run();
    await gateway.serves();
    const server = place.serverPid();
    expect(server).toBeTypeOf("number");
    gateway.child.kill(signal);
    expect(await gateway.ends()).toBe(0);
    expect(place.serverPid()).toBeUndefined();
    expect(gateway.err()).toBe("");
    expect(readdirSync(place.state)).not.toContain("running.json");
  });

  test("ends with the shell that npm runs it by, which tells its child nothing", async () => {
    const shell = place.runByShell();
    await shell.serves();
    shell.child.kill("SIGTERM");
    await shell.ends(); // Both share the output, so this waits for the gateway too.
    expect(shell.out()).toContain("Stopping ...");
    expect(place.serverPid()).toBeUndefined();
  });

  test("answers 503 with Retry-After while it prepares", async () => {
    const port = await freePort();
    const gateway = place.run([], { PORT: String(port) });
    await gateway.says("test: half of it");
    const answer = await fetch(`http://127.0.0.1:${port}/v1/things`);
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("content-type")]).toEqual([503, "2", "application/problem+json"]);
    await gateway.serves();
  });
});

describe("a run that was cut off", { timeout: 60_000 }, () => {
  test("by kill -9 is recovered by the next, which stops the orphaned Postgres and keeps the data", async () => {
    const first = place.run();
    await first.serves();
    const { partners } = place.demo();
    const orphan = place.serverPid();
    first.child.kill("SIGKILL");
    expect(await first.ends()).toBe("SIGKILL");
    expect(place.serverPid()).toBe(orphan);

    const second = place.run();
    const url = await second.serves();
    expect(second.out()).toContain(`pid ${orphan}`);
    expect(place.serverPid()).not.toBe(orphan);
    expect(await statusOf(url, partners[0]?.keys.test ?? "")).toBe(200);
  });

  test("together with its Postgres is recovered too, over the stale files of both", async () => {
    const first = place.run();
    await first.serves();
    const server = place.serverPid();
    first.child.kill("SIGKILL");
    if (server !== undefined) process.kill(server, "SIGKILL");
    await first.ends();
    const url = await place.run().serves();
    expect(await statusOf(url, place.demo().partners[0]?.keys.live ?? "")).toBe(200);
  });

  test.for(["Starting the embedded Postgres", "test: half of it", "live: half of it", "Migrated"])('at "%s" is completed by the next', async (moment) => {
    const first = place.run();
    await first.says(moment);
    first.child.kill("SIGKILL");
    await first.ends();
    const url = await place.run().serves();
    for (const { keys } of place.demo().partners) {
      const answer = await fetch(`${url}/v1/things`, { headers: { Authorization: `Bearer ${keys.live}` } });
      expect(await answer.json()).toMatchObject({ data: [{ id: "a" }, { id: "b" }] });
    }
  });

  test.for(["Starting the embedded Postgres", "live: half of it"])('by Ctrl-C at "%s" ends with 0 and leaves no process', async (moment) => {
    const gateway = place.run();
    await gateway.says(moment);
    gateway.child.kill("SIGINT");
    expect(await gateway.ends()).toBe(0);
    expect(place.serverPid()).toBeUndefined();
    expect(gateway.err()).toBe("");
  });

  test("does not block the next when its pid belongs to another process by now", async () => {
    const first = place.run();
    await first.serves();
    first.child.kill("SIGINT");
    await first.ends();
    writeFileSync(join(place.state, "running.json"), JSON.stringify({ pid: process.pid, born: "1", url: "http://127.0.0.1:1" }));
    await place.run().serves();
  });
});

describe("a start that cannot be", { timeout: 60_000 }, () => {
  test("because one runs already says its pid and URL, and does it no harm", async () => {
    const first = place.run();
    const url = await first.serves();
    const server = place.serverPid();
    for (const args of [[], ["--fresh"]]) {
      const second = place.run(args);
      expect(await second.ends()).toBe(1);
      expect(second.err()).toContain(`pid ${first.child.pid}`);
      expect(second.err()).toContain(url);
    }
    expect(place.serverPid()).toBe(server);
    expect(await statusOf(url, place.demo().partners[0]?.keys.live ?? "")).toBe(200);
  });

  test("because the port is busy says so, and leaves nothing running", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = String(typeof address === "object" && address ? address.port : 0);
    const gateway = place.run([], { PORT: port });
    expect(await gateway.ends()).toBe(1);
    expect(gateway.err()).toBe(`Port ${port} on 127.0.0.1 is in use. Stop what listens there, or choose another, e.g. PORT=8081.\n`);
    expect(place.serverPid()).toBeUndefined();
    expect(readdirSync(place.state)).toEqual([]);
    other.close();
  });

  test("because of its configuration names every fault, and never a secret", async () => {
    const gateway = place.run([], { PORT: "eighty", DATABASE_URL: "mysql://x@y/z", SLUICE_SECRET: "tooshort", LOG_LEVEL: "loud" });
    expect(await gateway.ends()).toBe(1);
    for (const name of ["PORT ", "DATABASE_URL ", "ERP_LIVE_URL ", "ERP_TEST_URL ", "SLUICE_KEY_PEPPER ", "SLUICE_SECRET ", "LOG_LEVEL "])
      expect(gateway.err()).toContain(name);
    expect(gateway.err()).not.toContain("tooshort");
  });

  test("because there is no project says where it looked", async () => {
    const gateway = place.run(["--project", place.folder]);
    expect(await gateway.ends()).toBe(1);
    expect(gateway.err()).toContain(`There is no project in ${place.folder}`);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
