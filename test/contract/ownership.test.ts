/** Who writes which field, as documents and the docs site tell it. */
import { defineContract, wire, z } from "sluice";
import { expect, test } from "vitest";
import { resourceSchema } from "#contract/openapi/json-schema.ts";
import { fieldOwners } from "#contract/ownership.ts";
import { writableFields } from "#contract/writable-fields.ts";

const Thing = z.object({
  id: wire.id(),
  reference: z.string().meta({ description: "Your own number." }),
  wish: z.string(),
  note: z.string(),
  total: wire.money(),
  margin: z.string(),
});
const common = {
  name: "things",
  singular: "thing",
  team: "t",
  summary: "s",
  model: Thing,
  reads: { get: { scope: "things:read" } },
  hide: { margin: "things.margin:read" },
} as const;

const contract = defineContract({
  ...common,
  commands: {
    make: { scope: "things:write", input: Thing.pick({ reference: true, note: true }) },
    change: { scope: "things:write", on: "one", as: "update", input: Thing.pick({ wish: true, note: true }).partial() },
    label: { scope: "things:write", on: "one", input: Thing.pick({ reference: true }).extend({ colour: z.string() }) },
    remove: { scope: "things:write", on: "one", as: "delete" },
  },
  owner: { reference: "partner", wish: "shared", note: "shared" },
  conflict: { wish: "review" },
});
const readOnly = defineContract({ ...common, owner: { total: "erp" } });

test("every field has an owner, shared ones a rule, and each the commands that set it", () => {
  expect(fieldOwners(contract)).toEqual([
    { field: "id", owner: "erp", commands: [] },
    { field: "reference", owner: "partner", description: "Your own number.", commands: ["make", "label"] },
    { field: "wish", owner: "shared", rule: "review", commands: ["change"] },
    { field: "note", owner: "shared", rule: "reject", commands: ["make", "change"] },
    { field: "total", owner: "erp", commands: [] },
    { field: "margin", owner: "erp", commands: [], scope: "things.margin:read" },
  ]);
  expect(fieldOwners(readOnly)).toEqual([]);
});

test("tags speak of the fields that commands on an existing thing take, in the model's order", () => {
  expect(writableFields(contract)).toEqual(["reference", "wish", "note"]);
});

test("the document says owner and rule of every field where partners write, and of declared ones elsewhere", () => {
  const notes = (of: typeof contract | typeof readOnly) =>
    Object.fromEntries(
      Object.entries((resourceSchema(of, () => false)["properties"] ?? {}) as Record<string, Record<string, unknown>>).map(([field, schema]) => [
        field,
        [schema["x-owner"], schema["x-conflict"], schema["x-scope"]].filter((note) => note !== undefined),
      ]),
    );
  expect(notes(contract)).toEqual({
    id: ["erp"],
    reference: ["partner"],
    wish: ["shared", "review"],
    note: ["shared", "reject"],
    total: ["erp"],
    margin: ["erp", "things.margin:read"],
  });
  expect(notes(readOnly)).toEqual({ id: [], reference: [], wish: [], note: [], total: ["erp"], margin: ["things.margin:read"] });
});
