/** What a worker is measured against: signed POSTs by undici in a loop, without a database, asked for by `/?seconds=5`. */

import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Pool } from "undici";
import { z } from "zod";

const task = z.object({ receiver: z.string(), connections: z.int(), bytes: z.int() }).parse(JSON.parse(readFileSync(0, "utf8")));
const pool = new Pool(task.receiver, { connections: task.connections, pipelining: 1 });
const key = randomBytes(32);
const body = Buffer.alloc(task.bytes, "x");

async function send(path: string): Promise<void> {
  const id = `evt_${randomBytes(11).toString("hex")}`;
  const timestamp = Math.floor(Date.now() / 1_000);
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const answer = await pool.request({
    path,
    method: "POST",
    headers: { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` },
    body,
  });
  await answer.body.dump();
}

async function sendFor(seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let sent = 0;
  const loops = Array.from({ length: task.connections }, async (_, loop) => {
    for (; performance.now() < until; sent += 1) await send(`/bare/${loop}`);
  });
  await Promise.all(loops);
  return sent / seconds;
}

const server = createServer(async (request, response) => {
  const seconds = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("seconds") ?? "1");
  response.end(String(await sendFor(seconds)));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null) process.stdout.write(`${address.port}\n`);
});
process.on("SIGTERM", () => process.exit());
