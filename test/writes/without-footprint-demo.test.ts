/** Meridian as an ERP that takes none of the gateway's tables: its order entry pads the partner's number, and is called as it is. */
import { randomUUID } from "node:crypto";
import { code, defineContract, defineGateway, defineSource, ref, sharedWithEveryPartner, text, wire, z } from "sluice";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NodeGateway, serveOnNode } from "#testing/serve-on-node.ts";
import type { MeridianTables } from "../../demo/erp/tables.ts";
import { type Meridian, openMeridian } from "../demo/erp/meridian.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";

const meridian = defineSource<MeridianTables>({ name: "erp", dialect: "postgres", footprint: "none" });
const company = "01";

const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "order-management",
  summary: "Sales orders.",
  model: z.object({
    id: wire.id(),
    status: z.enum(["entered", "released", "partly_shipped", "shipped", "cancelled"]),
    customer_id: wire.id(),
    reference: z.string().nullable(),
  }),
  reads: { get: { scope: "orders:read" } },
  commands: {
    place: {
      scope: "orders:write",
      input: z.object({
        customer_id: wire.id(),
        reference: z.string().max(20),
        lines: z.array(z.object({ product_id: wire.id(), quantity: z.int().min(1) })).min(1),
      }),
      example: { customer_id: "C0000001", reference: "PO 1", lines: [{ product_id: "A", quantity: 1 }] },
    },
  },
  owner: { customer_id: "erp", reference: "partner" },
  refusals: { "no-such-product": "There is no such product." },
});

const customers = defineContract({
  name: "customers",
  singular: "customer",
  team: "sales",
  summary: "Customers.",
  model: z.object({ id: wire.id(), name: z.string().nullable() }),
  reads: { get: { scope: "customers:read" } },
});

const definition = defineGateway({
  title: "Meridian",
  summary: "Meridian.",
  version: "2026-11-01",
  resources: [
    meridian.bind(orders, {
      table: "OEHDR",
      alsoIn: ["OEHDRA"],
      key: "ORDNO",
      account: "CUSNO",
      where: { COMPNY: company, ORDTY: "SO", DELFLG: { not: "D" } },
      naturalKey: "reference",
      fields: {
        status: code("ORDST", { "10": "entered", "20": "released", "40": "partly_shipped", "50": "shipped", "90": "cancelled" }),
        customer_id: ref("customers", "CUSNO"),
        reference: text("CUSREF", { pad: 20, nullWhen: [""] }),
      },
      commands: {
        place: (erp, { lines }, { columns: { row } }) =>
          erp
            .call("OE_PLACE_ORDER", [
              company,
              row.CUSNO ?? "",
              { json: { CUSREF: row.CUSREF, ORDSRC: "A" } },
              { json: lines.map(({ product_id, quantity }) => ({ ITMNO: product_id, QTYOR: quantity * 1000 })) },
              "API",
            ])
            .then(String),
      },
      refusals: [{ code: "no-such-product", sqlstate: "ME003", pointer: "/lines" }],
    }),
    meridian.bind(customers, {
      table: "CUSMAS",
      key: "CUSNO",
      account: sharedWithEveryPartner("names alone"),
      where: { COMPNY: company },
      fields: { name: text("CUSNM1") },
    }),
  ],
});

let erp: Meridian;
let store: TestDatabase;
let gateway: NodeGateway;
let key: string;
let product: string;
let customer: string;
beforeAll(async () => {
  erp = await openMeridian();
  store = await createDatabase(gatewayTables);
  gateway = await serveOnNode({ definition, sources: new Map([["erp", { live: erp.url, test: erp.url }]]), storeUrl: store.url });
  ({ customer } = await erp.one<{ customer: string }>(
    `SELECT rtrim(c."CUSNO") AS customer FROM "CUSMAS" c WHERE c."COMPNY" = '01' AND c."DELFLG" <> 'D'
       AND EXISTS (SELECT FROM "OEHDR" o WHERE o."COMPNY" = '01' AND o."CUSNO" = c."CUSNO" AND o."CUSREF" <> '' AND o."ORDTY" = 'SO' AND o."DELFLG" <> 'D') ORDER BY 1 LIMIT 1`,
  ));
  ({ product } = await erp.one<{ product: string }>(
    `SELECT rtrim("ITMNO") AS product FROM "OELIN" l JOIN "OEHDR" h USING ("COMPNY", "ORDNO") WHERE "COMPNY" = '01' AND h."ORDST" = '10' ORDER BY 1 LIMIT 1`,
  ));
  await gateway.createPartner("first", { live: [customer], test: [] });
  key = await gateway.createKey({ partner: "first", environment: "live", scopes: ["orders:read", "orders:write"] });
}, 120_000);
afterAll(async () => {
  await gateway?.stop();
  await store?.drop();
  await erp?.close();
});

async function place(reference: string, idempotencyKey: string = randomUUID(), products = [product]) {
  const response = await fetch(`${gateway.url}/v1/orders`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": idempotencyKey },
    body: JSON.stringify({ customer_id: customer, reference, lines: products.map((product_id) => ({ product_id, quantity: 1 })) }),
  });
  return { status: response.status, location: response.headers.get("location"), text: await response.text() };
}

const countOf = async (reference: string) => (await erp.one<{ count: string }>(`SELECT count(*) FROM "OEHDR" WHERE rtrim("CUSREF") = $1`, [reference])).count;

test("an order is entered by the ERP's own routine, and known again by the number that it has padded", async () => {
  const idempotencyKey = randomUUID();
  const placed = await place("NF-2026/1", idempotencyKey);
  expect(placed.status, placed.text).toBe(201);
  expect(await place("NF-2026/1", idempotencyKey)).toEqual(placed);
  expect(await place("NF-2026/1")).toMatchObject({ status: 409, location: placed.location });
  expect(await countOf("NF-2026/1")).toBe("1");
});

test("numbers of orders that the ERP has had before, in its archive, too, are taken", async () => {
  const { reference, ordno } = await erp.one<{ reference: string; ordno: string }>(
    `SELECT rtrim("CUSREF") AS reference, min("ORDNO") AS ordno FROM (SELECT * FROM "OEHDR" UNION ALL SELECT * FROM "OEHDRA") AS o
     WHERE "COMPNY" = '01' AND "CUSNO" = $1 AND "ORDTY" = 'SO' AND "DELFLG" <> 'D' AND "CUSREF" <> '' GROUP BY 1 ORDER BY 2 LIMIT 1`,
    [customer],
  );
  const refused = await place(reference);
  expect([refused.status, refused.location], refused.text).toEqual([409, `/v1/orders/${ordno.trim()}`]);
});

test("what the routine refuses has no effect, and is refused again", async () => {
  const idempotencyKey = randomUUID();
  const refused = await place("NF-2026/2", idempotencyKey, [product, "NO-SUCH-ITEM"]);
  expect([refused.status, JSON.parse(refused.text).code], refused.text).toEqual([422, "command-refused"]);
  expect((await place("NF-2026/2", idempotencyKey, [product, "NO-SUCH-ITEM"])).text).toBe(refused.text);
  expect(await countOf("NF-2026/2")).toBe("0");
});
