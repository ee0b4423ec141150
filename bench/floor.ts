/** The floor: a bare Hono + pg handler by hand, with the gateway's own SQL, that sends the same JSON and does nothing else. */

import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import pg from "pg";
import { z } from "zod";
import { orderOf } from "./floor-order.ts";

const statement = z.object({ text: z.string(), values: z.array(z.unknown()) });
const task = z.object({ url: z.string(), poolSize: z.number(), one: z.tuple([statement, statement, statement]), list: z.tuple([statement, statement]) });

/** Recorded from the gateway; the first parameter that is the id or the page's keys is replaced per request. */
const { url, poolSize, one, list } = task.parse(JSON.parse(readFileSync(0, "utf8")));
const pool = new pg.Pool({
  connectionString: url,
  max: poolSize,
  types: { getTypeParser: (oid: number) => (oid === 21 || oid === 23 || oid === 701 ? Number : String) },
});

type Row = readonly unknown[];
async function rows(
  name: string,
  { text, values }: z.infer<typeof statement>,
  replace: readonly (readonly [from: unknown, to: unknown])[] = [],
): Promise<readonly Row[]> {
  const actual = values.map((value) => replace.find(([from]) => JSON.stringify(from) === JSON.stringify(value))?.[1] ?? value);
  const result = await pool.query<unknown[]>({ name, text, values: actual, rowMode: "array" });
  return result.rows;
}

const recordedId = one[0].values.find((value) => typeof value === "string" && /^\d{10}$/.test(value));
const recordedIds = list[1].values.find((value) => Array.isArray(value) && value.length > 1);
const app = new Hono();

app.get("/v1/orders/:id", async (c) => {
  const id = c.req.param("id");
  const swap = [[recordedId, id]] as const;
  const [[header], lines, notes] = [await rows("one", one[0], swap), await rows("one-lines", one[1], swap), await rows("one-notes", one[2], swap)];
  if (header === undefined) return c.json({ code: "not-found" }, 404);
  return c.body(JSON.stringify(orderOf(header, 1, lines, notes)), 200, { "Content-Type": "application/json" });
});

app.get("/v1/orders", async (c) => {
  const headers = await rows("list", list[0]);
  const shown = headers.slice(0, 50);
  const lines = await rows("list-lines", list[1], [[recordedIds, shown.map((row) => row[0])]]);
  const byOrder = Map.groupBy(lines, (line) => String(line[1]));
  const data = shown.map((row) => orderOf(row, 4, byOrder.get(String(row[0])) ?? []));
  return c.body(JSON.stringify({ data, next_cursor: null }), 200, { "Content-Type": "application/json" });
});

const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.stdout.write(`${port}\n`));
process.once("SIGTERM", () => {
  server.close();
  void pool.end();
});
