/** From the ERP to the partner, through real processes: whoever changes an order, the right partner is told, once and in order. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type DemoDatabases, demoDatabases, withClient } from "../projects/demo/databases.ts";
import { type EventFleet, eventFleet, settled } from "../support/event-fleet.ts";
import { expectWhole, type LoggedEvent, partnerLog } from "../support/partner-log.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";

/** Orders that the nightly batch confirms, 50,000 in `npm run faults`; a third is Alpha's, a third Beta's, a third of a customer nobody knows here. */
const nightly = Number(process.env["NIGHTLY_ORDERS"] ?? 10_000);
/** Beta receives the first of them by webhook as well. */
const pushed = 300;

let databases: DemoDatabases;
let own: TestDatabase;
let fleet: EventFleet;
let url: string;
let keys: { readonly alpha: string; readonly beta: string };

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  own = await createDatabase();
  await inErp(moreOrders);
  fleet = await eventFleet({
    project: fileURLToPath(new URL("../../demo", import.meta.url)),
    variables: { WEBHOOK_TEST_LOOPBACK: "true", DATABASE_URL: own.url, ERP_TEST_URL: databases.live.url },
    partners: [
      { name: "Alpha", accounts: ["C0000001"] },
      { name: "Beta", accounts: ["C0000002", "C0000003"] },
    ],
    scopes: ["orders:read", "orders:write", "shipments:read", "invoices:read", "customers:read", "products:read", "stock:read"],
  });
  ({ url } = await fleet.gateway());
  fleet.worker();
  keys = { alpha: fleet.keys.get("Alpha") ?? "", beta: fleet.keys.get("Beta") ?? "" };
  await fleet.endpoint(url, "Alpha", "/alpha");
  await fleet.endpoint(url, "Beta", "/beta", ["order.placed", "order.shipped", "order.cancelled", "order.released"]);
}, 240_000);
afterAll(async () => {
  await fleet?.close();
  await own?.drop();
  await databases?.drop();
}, 60_000);

/** Copies of one order, with numbers of their own from 09 on. They have always been there: what triggers noted is forgotten. */
const moreOrders = `
  CREATE TEMPORARY TABLE more AS SELECT * FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDTY" = 'SO' AND "DELFLG" = '' LIMIT 1;
  INSERT INTO "OEHDR" SELECT (r).* FROM (
    SELECT jsonb_populate_record(more, jsonb_build_object('ORDNO', '09' || lpad(n::text, 8, '0'), 'CUSNO', 'C000000' || (CASE n % 3 WHEN 2 THEN 4 ELSE n % 3 + 1 END),
      'ORDST', '10', 'HLDFLG', '', 'CNFDT', 0)) AS r FROM more, generate_series(1, ${nightly}) n) made;
  DELETE FROM sluice.change`;

function inErp(statement: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  return withClient(databases.live.url, async (client) => (await client.query<Record<string, unknown>>(statement, [...values])).rows);
}

/** The events of orders that both partners have been told since, in words; waits until Alpha has `wanted` and all is delivered. */
async function toldSince(before: { readonly alpha: number; readonly beta: number }, wanted: number): Promise<{ alpha: LoggedEvent[]; beta: LoggedEvent[] }> {
  const orders = async (key: string, after: number) => (await partnerLog(url, key, after)).filter(({ resource }) => resource === "orders");
  await settled(async () => ((await orders(keys.alpha, before.alpha)).length >= wanted ? "" : "events are missing"), 30_000);
  return { alpha: await orders(keys.alpha, before.alpha), beta: await orders(keys.beta, before.beta) };
}

const lastOf = async () => ({ alpha: (await partnerLog(url, keys.alpha)).length, beta: (await partnerLog(url, keys.beta)).length });
const inWords = (events: readonly LoggedEvent[]): string[] => events.map(({ type, resource_id, origin }) => `${type} ${resource_id} ${origin}`);
/** What the receiver has taken at `path` of a thing, in its order, each once. */
const receivedOf = (path: string, id: string): string[] => [
  ...new Set(fleet.receiver.receipts.filter((receipt) => receipt.path === path && receipt.entity === `orders ${id}`).map(({ type }) => type)),
];

test("a status that somebody sets by SQL", { timeout: 60_000 }, async () => {
  const before = await lastOf();
  const id = "0900000003"; // C0000001
  await inErp(`UPDATE "OEHDR" SET "ORDST" = '50', "CHGDT" = 20261124, "CHGTM" = 91500 WHERE "COMPNY" = '01' AND "ORDNO" = $1`, [id]);
  const { alpha, beta } = await toldSince(before, 1);
  expect(inWords(alpha)).toEqual([`order.shipped ${id} erp`]);
  expect(beta).toEqual([]);
  expect(alpha[0]).toMatchObject({ data: { id, status: "shipped", customer_id: "C0000001" }, previous: { status: "entered" } });
  await expect.poll(() => receivedOf("/alpha", id), { timeout: 20_000 }).toEqual(["order.shipped"]);
});

test("the ERP's own function places and cancels: header and lines of one transaction are told as one", { timeout: 60_000 }, async () => {
  const before = await lastOf();
  const [item] = await inErp(`SELECT trim("ITMNO") AS no FROM "ITMMAS" WHERE "COMPNY" = '01' AND "DELFLG" = '' AND "DSCDT" = 0 ORDER BY 1 LIMIT 1`);
  const lines = JSON.stringify([
    { ITMNO: item?.["no"], QTYOR: 2000 },
    { ITMNO: item?.["no"], QTYOR: 1000 },
  ]);
  const [placed] = await inErp(`SELECT trim("OE_PLACE_ORDER"('01', 'C0000001', '{"CUSREF": "WHOLE-1"}', $1, 'MEIER')) AS no`, [lines]);
  const id = String(placed?.["no"]);
  await inErp(`SELECT "OE_CANCEL_ORDER"('01', $1, '01', 'MEIER')`, [id]);
  const { alpha, beta } = await toldSince(before, 3);
  expect(inWords(alpha)).toEqual([`order.placed ${id} erp`, `order.lines_changed ${id} erp`, `order.cancelled ${id} erp`]);
  expect(beta).toEqual([]);
  expect(alpha[0]?.data).toMatchObject({ reference: "WHOLE-1", status: "entered", lines: [{ line_no: 10 }, { line_no: 20 }] });
  await expect.poll(() => receivedOf("/alpha", id), { timeout: 20_000 }).toEqual(["order.placed", "order.lines_changed", "order.cancelled"]);
});

test("a partner's own order through the API says so, and a repetition of the request is no second event", { timeout: 60_000 }, async () => {
  const before = await lastOf();
  const [item] = await inErp(`SELECT trim("ITMNO") AS no FROM "ITMMAS" WHERE "COMPNY" = '01' AND "DELFLG" = '' AND "DSCDT" = 0 ORDER BY 1 LIMIT 1`);
  const key = crypto.randomUUID();
  const place = async (): Promise<string> => {
    const response = await fetch(`${url}/v1/orders`, {
      method: "POST",
      headers: { Authorization: `Bearer ${keys.alpha}`, "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ customer_id: "C0000001", reference: "WHOLE-2", lines: [{ product_id: item?.["no"], quantity: "1" }] }),
    });
    expect(response.status).toBe(201);
    return z.object({ id: z.string() }).parse(await response.json()).id;
  };
  const id = await place();
  expect(await place()).toBe(id);
  const cancelled = await fetch(`${url}/v1/orders/${id}/cancel`, {
    method: "POST",
    headers: { Authorization: `Bearer ${keys.alpha}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify({ reason: "customer" }),
  });
  expect(cancelled.status, await cancelled.text()).toBeLessThan(300);
  const { alpha, beta } = await toldSince(before, 3);
  expect(inWords(alpha)).toEqual([`order.placed ${id} api`, `order.lines_changed ${id} api`, `order.cancelled ${id} api`]);
  expect(beta).toEqual([]);
  await expect.poll(() => receivedOf("/alpha", id), { timeout: 20_000 }).toEqual(["order.placed", "order.lines_changed", "order.cancelled"]);
});

test("what is rolled back, and what belongs to nobody here, is told to nobody", { timeout: 60_000 }, async () => {
  const before = await lastOf();
  await withClient(databases.live.url, async (client) => {
    await client.query(`BEGIN; UPDATE "OEHDR" SET "ORDST" = '90' WHERE "COMPNY" = '01' AND "ORDNO" = '0900000006'; ROLLBACK`);
    await client.query(`UPDATE "OEHDR" SET "ORDST" = '90' WHERE "COMPNY" = '01' AND "ORDNO" = '0900000005'`); // C0000004
    // The last is told, so the others would have been.
    await client.query(`UPDATE "OEHDR" SET "ORDST" = '90' WHERE "COMPNY" = '01' AND "ORDNO" = '0900000009'`); // C0000001
  });
  const { alpha, beta } = await toldSince(before, 1);
  expect(inWords(alpha)).toEqual(["order.cancelled 0900000009 erp"]);
  expect(beta).toEqual([]);
});

test(`a nightly batch of ${nightly} orders: each is told to its partner once, numbered without a gap`, { timeout: 900_000 }, async () => {
  const before = await lastOf();
  await inErp(`UPDATE "OEHDR" SET "CNFDT" = 20261201 WHERE "COMPNY" = '01' AND "ORDNO" BETWEEN '0900000001' AND '0999999999'`);
  // Some of Beta's are released as well, which it has an endpoint for.
  await inErp(
    `UPDATE "OEHDR" SET "ORDST" = '20' WHERE "COMPNY" = '01' AND "ORDNO" IN (SELECT "ORDNO" FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDNO" LIKE '09%' AND "CUSNO" = 'C0000002' ORDER BY 1 LIMIT ${pushed})`,
  );
  const mine = (customer: string) =>
    inErp(`SELECT trim("ORDNO") AS no FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDNO" LIKE '09%' AND "CUSNO" = $1 ORDER BY 1`, [customer]);
  const [alphas, betas] = [(await mine("C0000001")).map(({ no }) => String(no)), (await mine("C0000002")).map(({ no }) => String(no))];
  await settled(async () => {
    const now = await lastOf();
    const missing = alphas.length + before.alpha - now.alpha + (betas.length + pushed + before.beta - now.beta);
    return missing <= 0 ? "" : `${missing} events are missing`;
  }, 800_000);

  const [alpha, beta] = [await partnerLog(url, keys.alpha), await partnerLog(url, keys.beta)];
  expectWhole(alpha);
  expectWhole(beta);
  const confirmed = (events: readonly LoggedEvent[]) => events.filter(({ type }) => type === "order.confirmed").map(({ resource_id }) => resource_id);
  expect(confirmed(alpha).sort()).toEqual(alphas);
  expect(confirmed(beta).sort()).toEqual(betas);
  expect(new Set(alpha.map(({ origin }) => origin))).toEqual(new Set(["erp", "api"]));
  expect(beta.filter(({ resource, data }) => resource === "orders" && data?.["customer_id"] !== "C0000002")).toEqual([]);

  const wanted = beta.filter(({ type }) => type === "order.released").map(({ id }) => id);
  expect(wanted).toHaveLength(pushed);
  const received = () => new Set(fleet.receiver.receipts.filter(({ path, taken }) => path === "/beta" && taken).map(({ id }) => id));
  await settled(async () => (wanted.every((id) => received().has(id)) ? "" : `${received().size} of ${pushed} have been received`), 120_000);
  const others = fleet.receiver.receipts.filter(({ path, id }) => path === "/beta" && !wanted.includes(id));
  expect(others.slice(0, 5)).toEqual([]);
  expect(fleet.receiver.refused).toEqual([]);
});
