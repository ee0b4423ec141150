/** A Redis of a test's own, which can be stopped in all the ways a Redis stops. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { findFreePort } from "#entry/embedded/free-port.ts";

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** At once, as a machine does that loses its power. */
  kill(): Promise<void>;
  /** At the same port again, with nothing in it. */
  start(): Promise<void>;
  /** It keeps its connections, and does nothing. */
  pause(): void;
  resume(): void;
  /** All that is in it is lost. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** `settings`: further ones, such as `["--cluster-enabled", "yes"]`. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), "sluice-redis-"));
  let running: ChildProcess | undefined;

  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async kill() {
      if (running === undefined) return;
      const ended = once(running, "exit");
      running.kill("SIGKILL");
      running = undefined;
      await ended;
    },
    async start() {
      running = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, ...settings], {
        stdio: "ignore",
      });
      for (let tries = 0; !(await listens(port)); tries += 1) {
        if (tries > 250) throw new Error("the Redis of the test does not start");
        await sleep(20);
      }
    },
    pause: () => void running?.kill("SIGSTOP"),
    resume: () => void running?.kill("SIGCONT"),
    async flush() {
      const client = new Redis(server.url);
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
