// Makes the ERP: its schema, and as much of eight years of business as is asked for, the same for the same seed.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ClientBase } from "pg";
import { dirtyRows } from "./dirty.ts";
import { dropIndexes } from "./generate/indexes.ts";
import { runSql, type SqlValues } from "./generate/run-sql.ts";

/** How much to make, and which of the possible ERPs. */
export interface GenerateOptions {
  /** Orders of both companies together, quotations included; a tenth belong to company 02. */
  readonly orders: number;
  /** Any integer; the same seed and number of orders give the same rows. */
  readonly seed: number;
  /** Told before each step; `done` and `total` count orders. */
  readonly onProgress?: (step: string, done: number, total: number) => void;
}

interface Company {
  readonly values: SqlValues;
  readonly orders: number;
}

/** Orders worked on at a time: enough to keep the server busy, few enough to stay in memory. */
const chunkSize = 50_000;
/** From here on, building the indexes afterwards is faster than keeping them. */
const bulkOrders = 10_000;
/** 20 November 2026, in days after 1 January 2019. */
const lastDay = 2880;
/** Orders of 2019 have been moved to the archive. */
const archivedDays = 365;

// Losing the last commits of a half-made demo in a crash costs nothing; the statements are too short for JIT, and the
// working tables too uniform for large samples.
const loadSettings = `
  SET synchronous_commit = off; SET jit = off; SET default_statistics_target = 10;
  SET work_mem = '128MB'; SET maintenance_work_mem = '512MB'`;

/** Creates the tables, indexes, views and routines in the connection's current schema, which must not have them. */
export async function createSchema(client: ClientBase): Promise<void> {
  const files = await readdir(join(import.meta.dirname, "schema"));
  for (const file of files.filter((name) => name.endsWith(".sql")).sort()) {
    await runSql(client, join("schema", file));
  }
}

/**
 * Fills a freshly created schema. Commits step by step and vacuums at the end, so it must not be called inside a
 * transaction; after a failure, drop the schema and start again.
 */
export async function generate(client: ClientBase, options: GenerateOptions): Promise<void> {
  const { orders } = options;
  const tell = (step: string, done: number) => options.onProgress?.(step, done, orders);
  const common = scale(options);
  await client.query(loadSettings);

  tell("master data", 0);
  for (const file of ["00-prepare", "10-system", "20-customers", "30-items", "40-chunk-tables"]) {
    await runStep(client, file, common);
  }
  const tables = ["OEHDR", "OELIN", "OEHDRA", "OELINA", "SHHDR", "SHLIN", "INHDR", "INLIN", "AROPN", "ARPAY", "GLJRN", "NOTES"];
  const dropped = orders >= bulkOrders ? await dropIndexes(client, tables) : [];
  let done = 0;
  for (const company of companies(orders, common)) {
    for (let from = 1; from <= company.orders; from += chunkSize) {
      tell("orders", done);
      const to = Math.min(company.orders, from + chunkSize - 1);
      await makeOrders(client, { ...company.values, from: `${from}`, to: `${to}` });
      done += to - from + 1;
    }
  }
  for (const { name, create } of dropped) {
    tell(`index ${name}`, done);
    await client.query(create);
  }
  tell("stock and the rest", done);
  await runStep(client, "80-rest", common);
  for (const row of dirtyRows) await client.query(row.sql);
  tell("vacuum", done);
  await client.query("DISCARD TEMP; RESET default_statistics_target");
  await client.query("VACUUM (ANALYZE)");
  await client.query("RESET synchronous_commit; RESET jit; RESET work_mem; RESET maintenance_work_mem");
}

/** Sizes of the master data that go with a number of orders. */
function scale({ orders, seed }: GenerateOptions): SqlValues {
  const customers = Math.max(60, Math.floor(orders / 100));
  const items = Math.min(50_000, Math.max(300, Math.floor(orders / 200)));
  return {
    seed: `${BigInt(seed)}`,
    today: `${lastDay}`,
    customers1: `${customers}`,
    customers2: `${Math.max(20, Math.floor(customers / 5))}`,
    items1: `${items}`,
    items2: `${Math.max(75, Math.floor(items / 4))}`,
  };
}

function companies(orders: number, common: SqlValues): readonly Company[] {
  const second = Math.floor(orders / 10);
  return [orders - second, second].map((count, index) => ({
    orders: count,
    values: {
      ...common,
      cmp: `${index + 1}`,
      company: `'0${index + 1}'`,
      orders: `${count}`,
      customers: common[`customers${index + 1}`] ?? "0",
      items: common[`items${index + 1}`] ?? "0",
    },
  }));
}

async function makeOrders(client: ClientBase, values: SqlValues): Promise<void> {
  await runStep(client, "50-orders", values);
  const archived = { ...values, archive: "A", dayfrom: "0", dayto: `${archivedDays - 1}` };
  await runStep(client, "52-order-rows", archived);
  await runStep(client, "52-order-rows", { ...values, archive: "", dayfrom: `${archivedDays}`, dayto: `${lastDay}` });
  for (const file of ["55-shipments", "60-invoices", "65-receivables", "70-notes"]) await runStep(client, file, values);
}

function runStep(client: ClientBase, name: string, values: SqlValues): Promise<void> {
  return runSql(client, join("generate", `${name}.sql`), values);
}
