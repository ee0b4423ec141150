/** What happens in Meridian, by SQL, by its own routines and through the gateway's connections, is captured as GET shows it. */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { eventsOf } from "#contract/events-of.ts";
import { triggerCapture } from "#erp/capture/trigger-capture.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { tablesOf } from "#erp/read/relation.ts";
import { type OpenDatabase, openSource } from "#gateway";
import gateway from "../../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "./databases.ts";

let databases: DemoDatabases;
let erp: pg.Client;
let database: OpenDatabase;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  erp = new pg.Client({ connectionString: databases.live.url });
  await erp.connect();
  const limits = { acquireTimeoutMs: 10_000, statementTimeoutMs: 30_000, lockTimeoutMs: 5_000 };
  database = openSource("postgres", { url: databases.live.url, maxConnections: 2, prepare: true, applicationName: "test", ...limits });
}, 120_000);
afterAll(async () => {
  await database.close();
  await erp.end();
  await databases.drop();
});

const [first] = gateway.resources;
const tables = [...new Set(gateway.resources.flatMap(({ binding }) => [...tablesOf(binding)]))];
const catalog = () => postgresDialect.describe(database, undefined, tables);
const drifts: unknown[] = [];

async function drain(): Promise<readonly Captured[]> {
  if (first === undefined) throw new Error("no resources");
  const capture = triggerCapture({
    source: first.source,
    environment: "live",
    dialect: postgresDialect,
    resources: gateway.resources,
    run: async (work) => work(database, await catalog()),
    now: Date.now,
    sweep: async (resource) => void drifts.push(resource),
    say: { drift: (note) => drifts.push(note), unreadable: (about) => drifts.push(about), waits: (about) => drifts.push(about) },
  });
  const all: Captured[] = [];
  for (;;) {
    const { captured, more, recorded } = await capture.next(500);
    all.push(...captured);
    await recorded();
    if (!more) return all;
  }
}

const events = (all: readonly Captured[]): readonly string[] =>
  all.flatMap((captured) => {
    const { events: rules } = gateway.contracts.find(({ name }) => name === captured.resource) ?? { events: {} };
    return eventsOf(rules, captured).map((type) => `${type} ${captured.id} ${captured.accounts} ${captured.origin}`);
  });

test("an order placed by the ERP's own routine is one event, whoever calls it, and looks as GET shows it", async () => {
  const { rows: items } = await erp.query(`SELECT "ITMNO" FROM "ITMMAS" WHERE "COMPNY" = '01' AND "DSCDT" = 0 AND "DELFLG" <> 'D' ORDER BY 1 LIMIT 2`);
  const lines = JSON.stringify(items.map(({ ITMNO }, index) => ({ LINNO: (index + 1) * 10, ITMNO, QTYOR: 1000 })));
  const call = { text: `SELECT "OE_PLACE_ORDER"('01', 'C0000001', '{"CUSREF": "PO 1"}', $1::jsonb, 'TEST')`, values: [lines] };
  const placed = String((await erp.query(call)).rows[0]?.OE_PLACE_ORDER).trim();
  const byApi = await database.transact?.(async (transaction) => {
    const [[made] = []] = await transaction.query(call);
    await transaction.commit();
    return String(made).trim();
  });
  const all = await drain();
  const ofOrders = (told: readonly string[]): readonly string[] => told.filter((event) => event.startsWith("order."));
  expect(events(all).filter((event) => event.startsWith("stock_level.changed "))).not.toEqual([]);
  expect(ofOrders(events(all))).toEqual([`order.placed ${placed} C0000001 erp`, `order.placed ${byApi} C0000001 api`]);
  const orders = gateway.resources.find(({ contract }) => contract.name === "orders");
  if (orders === undefined) throw new Error("no orders");
  const reader = resourceReader(orders, postgresDialect);
  for (const { id, after } of all.filter(({ resource }) => resource === "orders")) {
    const found = await reader.get({ database, catalog: await catalog(), accounts: ["C0000001"], drift: () => undefined }, id, [
      "id",
      ...Object.keys(orders.binding.fields),
    ]);
    expect(after).toEqual(found?.item);
  }

  await erp.query(`SELECT "OE_CANCEL_ORDER"('01', $1, '09', 'TEST')`, [placed]);
  expect(ofOrders(events(await drain()))).toEqual([`order.lines_changed ${placed} C0000001 erp`, `order.cancelled ${placed} C0000001 erp`]);
  expect(drifts).toEqual([]);
});

test("a nightly batch over all orders is one event for each that becomes shipped, and nothing is noted twice", async () => {
  const { rows } = await erp.query(
    `SELECT count(*)::int AS count FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDTY" = 'SO' AND "DELFLG" <> 'D' AND "ORDST" <> '50'`,
  );
  await erp.query(`UPDATE "OEHDR" SET "ORDST" = '50'`);
  const shipped = events(await drain()).filter((event) => event.startsWith("order.shipped"));
  expect(shipped).toHaveLength(rows[0].count);
  await erp.query(`UPDATE "OEHDR" SET "ORDST" = '50', "PRIO" = 3`);
  expect(await drain()).toEqual([]);
});
