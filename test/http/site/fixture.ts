/** A docs site of a small invented project, with the real files and a gateway that answers one resource. */

import { Hono } from "hono";
import { readAssetFromDisk } from "../../../src/entry/site-assets.ts";
import { siteRoutes } from "../../../src/http/site/routes.ts";
import type { Site } from "../../../src/http/site/site.ts";
import { problemKinds } from "../../../src/lib/problems.ts";
import { openApiDocument } from "./openapi-document.ts";

export const pastedKey = "slc_test_Qm4vT8wLr2Xb_onlyForThisTest";

const version = "2026-06-01";

export function siteFixture(change: Partial<Site> = {}): Site {
  return {
    title: "Meridian Wholesale",
    summary:
      "Products, prices, stock, orders, shipments and invoices, straight from the system that runs our warehouses. Read what is yours, as it is this second.",
    url: "http://localhost:8080",
    version,
    versions: [version, "2026-01-15"],
    keyPrefix: "slc",
    resources: resources.map(([name, summary]) => ({
      name,
      summary,
      operations: [
        { method: "get", path: `/v1/${name}`, summary: `List ${name}`, scope: `${name}:read` },
        { method: "get", path: `/v1/${name}/{id}`, summary: `Read one of ${name}`, scope: `${name}:read` },
      ],
      fields: name === "orders" ? orderFields : [],
    })),
    words: {
      list: "orders",
      date: "placed_at",
      sort: "placed_at",
      expand: "lines",
      field: "status",
      choice: "released",
      choices: "released,shipped",
      choiceField: "status",
      change: "orders",
      changeId: "0000123",
      changeBody: '{"reference":"PO-4711"}',
      changeField: "reference",
      ...writeWords,
      eventType: "order.shipped",
      eventDays: "30 days",
      requestLogDays: "30 days",
      environment: "test",
      test: "test",
    },
    problems: problemKinds,
    example: { curl: `curl "http://localhost:8080/v1/orders?limit=3&expand=lines" \\\n  -H "Authorization: Bearer $API_KEY"` },
    readAsset: readAssetFromDisk,
    teamGuides: true,
    ...change,
  };
}

const placed = '{"customer_id":"C1","lines":[{"product_id":"P1","quantity":"2"}]}';

/** What a gateway has to say of writes, at the most. */
const writeWords = {
  writes: "writes",
  answersKept: "7 days",
  keysKept: "400 days",
  create: "orders",
  createOne: "order",
  createPath: "/v1/orders",
  createScope: "orders:write",
  createBody: placed,
  staged: "payments",
  stagedPath: "/v1/payments",
  stagedBody: '{"amount":{"amount":"12.50","currency":"EUR"}}',
  stagedCommand: "reportPayment",
  batch: "orders",
  batchPath: "/v1/orders/batch",
  batchMax: "100",
  batchItem: `"command":"place","body":${placed}`,
  refusal: "credit-limit-exceeded",
  refusalMeaning: "The order exceeds the customer's credit limit.",
};

const orderFields: Site["resources"][number]["fields"] = [
  { field: "id", owner: "erp", commands: [] },
  { field: "status", owner: "erp", commands: [], description: "`on_hold` wins over all but `shipped` and `cancelled`." },
  { field: "reference", owner: "partner", commands: ["place", "amend"], description: "Your own number for this order." },
  { field: "requested_on", owner: "shared", rule: "review", commands: ["place", "amend"] },
  { field: "margin", owner: "erp", commands: [], scope: "orders.margin:read" },
];

const resources = [
  ["widgets", "Things that can be turned; the one resource that this gateway answers."],
  ["products", "What we sell: codes, units, descriptions and packaging."],
  ["prices", "Your prices, with the quantities and dates for which they hold."],
  ["stock", "What is on hand and promised, by warehouse."],
  ["customers", "Your accounts and the addresses we deliver to."],
  ["orders", "Your orders with their lines and where they stand."],
  ["shipments", "What left the warehouse, when, and with which carrier."],
  ["invoices", "What you were billed, line by line."],
  ["payments", "What was received and what is still open."],
] as const;

/** The site as a gateway mounts it: documents beside it, and `/v1/widgets` behind a bearer key. */
export function gatewayFixture(site: Site = siteFixture()): Hono {
  const app = new Hono();
  app.get("/v1/widgets", (c) => {
    if (c.req.header("authorization") !== `Bearer ${pastedKey}`) {
      const body = { type: `${site.url}/docs/errors#unauthenticated`, title: "No valid API key", status: 401, code: "unauthenticated" };
      return c.json(body, 401, { "content-type": "application/problem+json" });
    }
    return c.json({ data: [{ id: "W-1", name: "Sprocket of the test", price: { amount: "12.50", currency: "EUR" } }], next_cursor: null });
  });
  for (const date of site.versions) app.get(`/openapi/${date}.json`, (c) => c.json(openApiDocument(site.url, date)));
  app.route("/", siteRoutes(site));
  return app;
}
