/** What cannot be kept where the ERP takes no tables is refused at start, in words. */
import { defineContract, defineGateway, defineSource, integer, text, update, wire, z } from "sluice";
import { expect, test } from "vitest";

interface Tables {
  ordhdr: { ordno: string; cusno: string; refno: string; prio: number };
}

const source = defineSource<Tables>({ name: "shop", dialect: "postgres", footprint: "none" });
const model = z.object({ id: wire.id(), reference: z.string(), priority: z.int() });
const common = { name: "orders", singular: "order", team: "shop", summary: "Orders.", model, reads: { get: { scope: "orders:read" } } } as const;
const bound = {
  table: "ordhdr",
  key: "ordno",
  account: "cusno",
  fields: { reference: text("refno"), priority: integer("prio") },
} as const;
const gateway = (resource: ReturnType<typeof source.bind>) => () =>
  defineGateway({ title: "Shop", summary: "A shop.", version: "2026-11-01", resources: [resource] });

const input = z.object({ reference: z.string(), priority: z.int() });
const example = { reference: "PO 1", priority: 1 };
const placing = defineContract({ ...common, commands: { place: { scope: "orders:write", input, example } }, owner: { reference: "partner", priority: "erp" } });

test("a change cannot be promised", () => {
  const contract = defineContract({
    ...common,
    commands: { amend: { scope: "orders:write", input, on: "one", as: "update", example } },
    owner: { reference: "partner", priority: "shared" },
  });
  expect(gateway(source.bind(contract, { ...bound, naturalKey: "reference", commands: { amend: update() } }))).toThrow(
    "defineGateway: orders.amend: the source has no footprint, so only commands that make something in the ERP at once can be promised.",
  );
});

test("a binding without the field of the partner's number is refused, one with it is not", () => {
  const commands = { place: async () => "1" };
  expect(gateway(source.bind(placing, { ...bound, commands }))).toThrow("orders.place: the source has no footprint, so the binding needs a `naturalKey`");
  expect(gateway(source.bind(placing, { ...bound, naturalKey: "reference", commands }))).not.toThrow();
});
