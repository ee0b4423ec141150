/** What a contract refuses at start-up, and what follows from one. */
import { defineContract, defineGateway, defineSource, ref, sharedWithEveryPartner, text, wire, z } from "sluice";
import { describe, expect, test } from "vitest";
import { declaredScopes, filterOperators } from "#contract/contract.ts";
import { operationsOf } from "#contract/operations.ts";
import { itemSchema, visibleFields } from "#contract/response-schema.ts";
import { expandScope, isScope } from "#contract/scope.ts";

const model = z.object({
  id: wire.id(),
  status: z.enum(["open", "closed"]),
  placed_on: wire.date(),
  total: wire.money(),
  note: z.string().nullable(),
  count: z.int(),
  rush: z.boolean(),
});
const base = { name: "orders", singular: "order", team: "t", summary: "s", model } as const;
const orders = defineContract({
  ...base,
  reads: { list: { scope: "orders:read", filter: ["status", "placed_on", "total.amount", "note", "count", "rush"] }, get: { scope: "orders:read" } },
  commands: { place: { scope: "orders:write", input: z.object({ note: z.string() }) } },
  owner: { note: "partner" },
  hide: { total: "orders.total:read" },
});

describe("a contract is refused at start-up for", () => {
  test.each([
    ["a name with capitals", () => defineContract({ ...base, name: "Orders", reads: {} }), "Orders"],
    ["a name with a dash", () => defineContract({ ...base, singular: "sales-order", reads: {} }), "sales-order"],
    ["a filter on an object", () => defineContract({ ...base, reads: { list: { scope: "orders:read", filter: ["total"] } } }), "total is not a single value"],
    ["a malformed scope", () => defineContract({ ...base, reads: { get: { scope: "Orders:read" } } }), '"Orders:read" is not a scope'],
    ["a cost of nothing", () => defineContract({ ...base, reads: { get: { scope: "orders:read", cost: 0 } } }), "reads.get costs 0"],
    ["a cost in parts", () => defineContract({ ...base, reads: { list: { scope: "orders:read", cost: 1.5 } } }), "reads.list costs 1.5"],
    [
      "a command that costs too much",
      () => defineContract({ ...base, reads: {}, commands: { close: { scope: "orders:write", on: "one", cost: 1_001 } } }),
      "the command close costs 1001",
    ],
    ["a malformed scope of a field", () => defineContract({ ...base, reads: {}, hide: { note: "orders..note:read" } }), '"orders..note:read" is not a scope'],
    [
      "an example that does not fit",
      () =>
        defineContract({
          ...base,
          reads: {},
          example: { id: "", status: "open", placed_on: "x", total: { amount: "1", currency: "EUR" }, note: null, count: 1, rush: true },
        }),
      "id, placed_on",
    ],
  ])("%s", (_what, declare, words) => expect(declare).toThrow(words));
});

describe("a gateway is refused at start-up for", () => {
  const erp = defineSource<{ A: { ID: string; OTHER: string } }>({ name: "erp", dialect: "postgres" });
  const contract = defineContract({ ...base, model: z.object({ id: wire.id(), other: z.string() }), reads: {} });
  const bind = (target: string) =>
    erp.bind(contract, {
      table: "A",
      key: "ID",
      account: sharedWithEveryPartner("a test"),
      fields: { other: target === "" ? text("OTHER") : ref(target, "OTHER") },
    });
  const gateway = { title: "t", summary: "s", version: "2026-01-01", resources: [bind("")] };

  test("nothing, where all is well", () => expect(defineGateway(gateway).contracts).toHaveLength(1));
  test.each([
    ["two resources of one name", { resources: [bind(""), bind("")] }, "two resources are called orders"],
    ["a reference that leads nowhere", { resources: [bind("customers")] }, "orders.other refers to customers"],
    ["a version that is no date", { version: "1.0" }, "1.0"],
    ["a malformed key prefix", { keyPrefix: "SLC" }, "SLC"],
  ])("%s", (_what, change, words) => expect(() => defineGateway({ ...gateway, ...change })).toThrow(words));
});

test("ranges are offered where values have an order", () => {
  const ranges = ["placed_on", "total.amount", "count"];
  for (const path of orders.reads.list?.filter ?? [])
    expect(filterOperators(orders, path)).toEqual(ranges.includes(path) ? ["eq", "gt", "gte", "lt", "lte"] : ["eq"]);
});

test("a hidden field is seen with its scope only", () => {
  expect(visibleFields(orders, new Set(["orders:read"]))).not.toContain("total");
  expect(visibleFields(orders, new Set(["orders.total:read"]))).toEqual(Object.keys(model.shape));
  expect(Object.keys(itemSchema(orders, ["id", "note", "unknown"]).shape)).toEqual(["id", "note"]);
});

test("scopes are those that contracts declare, and a star is all actions of exactly one resource", () => {
  const declared = declaredScopes([orders]);
  expect([...declared].sort()).toEqual(["orders.total:read", "orders:read", "orders:write"]);
  expect(expandScope("orders:*", declared)).toEqual(["orders:read", "orders:write"]);
  expect(expandScope("order:*", declared)).toEqual([]);
  expect(expandScope("prices:read", declared)).toEqual([]);
  for (const bad of ["orders", "orders:", ":read", "orders:Read", "orders:read ", "orders:read:write", `${"a".repeat(100)}:read`, "*:read"])
    expect(isScope(bad)).toBe(false);
});

test("an operation costs what its contract says, and one without a word", () => {
  const { reads, commands } = { reads: { list: { scope: "orders:read", cost: 5 }, get: { scope: "orders:read" } }, commands: {} } as const;
  const costs = operationsOf(defineContract({ ...base, reads, commands })).map((operation) => "cost" in operation && operation.cost);
  expect(costs).toEqual([5, 1]);
});

test("operations are named after the resource", () => {
  expect(operationsOf(orders).map(({ id, path }) => [id, path])).toEqual([
    ["listOrders", "/v1/orders"],
    ["getOrder", "/v1/orders/{id}"],
    ["placeOrder", "/v1/orders"],
  ]);
});
