/** Bare writes: the ERP's stored function in a transaction of its own, on as many connections as clients; answers how many a second. */

import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import pg from "pg";
import { z } from "zod";

const task = z.object({ url: z.string(), connections: z.number(), account: z.string(), lines: z.array(z.record(z.string(), z.unknown())) });
const { url, connections, account, lines } = task.parse(JSON.parse(readFileSync(0, "utf8")));
const pool = new pg.Pool({ connectionString: url, max: connections });
const statement = { name: "place", text: `SELECT "OE_PLACE_ORDER"('01', $1, $2::jsonb, $3::jsonb, 'API')` };
const values = [account, JSON.stringify({ CUSREF: "BENCH", ORDSRC: "A" }), JSON.stringify(lines)];

const app = new Hono();
app.get("/", async (c) => {
  const seconds = Number(c.req.query("seconds"));
  const end = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const client = await pool.connect();
      while (performance.now() < end) {
        await client.query("BEGIN");
        await client.query({ ...statement, values });
        await client.query("COMMIT");
        done += 1;
      }
      client.release();
    }),
  );
  return c.text(String(done / seconds));
});

const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.stdout.write(`${port}\n`));
process.once("SIGTERM", () => {
  server.close();
  void pool.end();
});
