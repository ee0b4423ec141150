/** What documents say of commands: complete, exact about what is taken, and true to the pipeline's own checks. */

import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { defineContract, wire, z } from "sluice";
import { describe, expect, test } from "vitest";
import type { Contract } from "#contract/contract.ts";
import { openApiDocument } from "#contract/openapi/document.ts";
import { allOperations } from "#contract/operations.ts";
import { jsonOf } from "#pipeline/command.ts";
import { validateInput } from "#pipeline/validate-input.ts";

const model = z.object({
  id: wire.id(),
  note: z.string().nullable(),
  kind: z.enum(["new", "used"]).nullable(),
  total: wire.money(),
  lines: z.array(z.object({ sku: wire.id(), quantity: wire.decimal() })),
});
const example = { id: "1", note: null, kind: "new", total: { amount: "1.00", currency: "EUR" }, lines: [] } as const;
const Input = z.object({
  note: z.string().max(20).nullable().optional(),
  kind: z.enum(["new", "used"]).nullable().optional(),
  on: wire.date().optional(),
  total: wire.money().optional(),
  lines: z.array(z.object({ sku: wire.id(), quantity: wire.decimal() })).max(3),
});
const base = { team: "t", summary: "s.", model, reads: { get: { scope: "things:read" } } } as const;
const owner = { note: "partner", kind: "partner", total: "partner", lines: "partner" } as const;

const things = defineContract({
  ...base,
  name: "things",
  singular: "thing",
  example: { ...example, lines: [] },
  commands: {
    make: { scope: "things:write", input: Input, example: { lines: [{ sku: "A", quantity: "1" }] } },
    change: { scope: "things:write", input: Input.partial(), on: "one", as: "update" },
    drop: { scope: "things:delete", on: "one", as: "delete", ifMatch: "optional" },
    turn_round: { scope: "things:write", on: "one", ifMatch: "required" },
  },
  owner,
  batch: true,
  refusals: { "too-late": "It is too late." },
});
const notes = defineContract({
  ...base,
  name: "notes",
  singular: "note",
  commands: { report: { scope: "notes:write", input: Input, answers: "operation" } },
  owner,
});
const readOnly = defineContract({ ...base, name: "prices", singular: "price" });

type Json = Readonly<Record<string, unknown>>;

const documentOf = (...contracts: readonly Contract[]): Json => openApiDocument({ title: "T", summary: "S.", version: "2026-01-01", contracts });
const document = documentOf(things, notes, readOnly);

function at(from: unknown, ...names: readonly string[]): unknown {
  return names.reduce((here, name) => (typeof here === "object" && here !== null ? Reflect.get(here, name) : undefined), from);
}

/** Every value of `keyword`, however deep. */
function all(value: unknown, keyword: string): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(name === keyword ? [inner] : []), ...all(inner, keyword)]);
}

const operation = (method: string, path: string): unknown => at(document, "paths", path, method);
const namesIn = (of: unknown, member: string): readonly string[] => Object.keys(Object(at(of, member)));

function parametersOf(of: unknown): Json {
  const list = at(of, "parameters");
  const parameters = (Array.isArray(list) ? list : []).map((parameter: unknown) => {
    const reference = at(parameter, "$ref");
    return typeof reference === "string" ? at(document, ...reference.slice(2).split("/")) : parameter;
  });
  return Object.fromEntries(parameters.map((parameter) => [String(at(parameter, "name")), at(parameter, "required") === true]));
}

describe("a document", () => {
  test("has every operation of the contracts, each with an id of its own", () => {
    const operations = allOperations([things, notes, readOnly]);
    for (const { method, path, id } of operations) expect(at(document, "paths", path, method.toLowerCase(), "operationId"), `${method} ${path}`).toBe(id);
    expect(all(at(document, "paths"), "operationId")).toHaveLength(operations.length);
  });

  test("leads nowhere outside itself, and carries nothing that is not used", () => {
    const references = new Set(all(document, "$ref").map(String));
    for (const reference of references) expect(at(document, ...reference.slice(2).split("/")), reference).toBeDefined();
    for (const kind of ["schemas", "responses", "headers"])
      for (const name of Object.keys(Object(at(document, "components", kind)))) expect(references, name).toContain(`#/components/${kind}/${name}`);
  });

  test("of a gateway that only reads does not speak of writes", () => {
    const text = JSON.stringify(documentOf(readOnly), (key, value: unknown) => (key === "x-extensible-enum" ? undefined : value));
    expect(text).not.toMatch(/dempotency|If-Match|operations|guides\/writing|"current"/);
  });

  test("says how long repetitions are recognised, by default and where it is set", () => {
    expect(at(document, "info", "description")).toContain("kept for 7 days");
    expect(at(document, "info", "description")).toContain("recognised for 400 days");
    const own = openApiDocument({ title: "T", summary: "S.", version: "2026-01-01", contracts: [things], kept: { bodyDays: 1, tombstoneDays: 30 } });
    for (const text of [at(own, "info", "description"), at(own, "components", "parameters", "IdempotencyKey", "description")]) {
      expect(text).toContain("1 day ");
      expect(text).toContain("30 days");
    }
  });

  test("is refused where two schemas would have one name", () => {
    const clash = defineContract({ ...base, name: "make_thing_inputs", singular: "make_thing_input" });
    expect(() => documentOf(things, clash)).toThrow("MakeThingInput");
  });
});

describe("an operation", () => {
  const make = operation("post", "/v1/things");
  const change = operation("patch", "/v1/things/{id}");
  const drop = operation("delete", "/v1/things/{id}");
  const turn = operation("post", "/v1/things/{id}/turn_round");
  const report = operation("post", "/v1/notes");
  const batch = operation("post", "/v1/things/batch");
  const status = operation("get", "/v1/operations/{id}");

  test("needs a key where it is a POST, and a state where the contract says so", () => {
    expect(parametersOf(make)).toEqual({ "Idempotency-Key": true, "Api-Version": false });
    expect(parametersOf(change)).toEqual({ id: true, "Idempotency-Key": false, "If-Match": true, "Api-Version": false });
    expect(parametersOf(drop)).toEqual({ id: true, "Idempotency-Key": false, "If-Match": false, "Api-Version": false });
    expect(parametersOf(turn)).toEqual({ id: true, "Idempotency-Key": true, "If-Match": true, "Api-Version": false });
    expect(parametersOf(batch)).toEqual({ "Api-Version": false });
    expect(parametersOf(status)).toEqual({ id: true, "Api-Version": false });
  });

  test("answers with the status of what it is, and the headers that come along", () => {
    const of = (one: unknown, code: string): readonly string[] =>
      namesIn(at(one, "responses", code), "headers").filter((name) => !/^(?:Api-Version|Request-Id|Api-Key-Expires|RateLimit|RateLimit-Policy)$/.test(name));
    expect(of(make, "201")).toEqual(["Location", "ETag", "Idempotency-Replayed"]);
    expect(of(change, "200")).toEqual(["ETag", "Field-Conflicts", "Idempotency-Replayed"]);
    expect(of(drop, "204")).toEqual(["Idempotency-Replayed"]);
    expect(of(turn, "200")).toEqual(["ETag", "Idempotency-Replayed"]);
    expect(of(report, "202")).toEqual(["Location", "Retry-After", "Idempotency-Replayed"]);
    expect(of(status, "200")).toEqual(["Retry-After"]);
    for (const one of [make, change, drop, turn, report, batch, status]) expect(namesIn(one, "responses").filter((code) => code < "300")).toHaveLength(1);
  });

  test("names every code that it can be refused with", () => {
    const codes = (one: unknown, code: string): unknown => {
      const response = at(one, "responses", code);
      const reference = at(response, "$ref");
      return at(typeof reference === "string" ? at(document, ...reference.slice(2).split("/")) : response, "x-codes");
    };
    expect(codes(make, "400")).toContain("idempotency-key-required");
    expect(codes(change, "400")).not.toContain("idempotency-key-required");
    expect(codes(make, "409")).toEqual(["in-progress", "duplicate"]);
    expect(codes(turn, "409")).toEqual(["in-progress"]);
    expect(codes(make, "412")).toBeUndefined();
    expect(codes(change, "412")).toEqual(["precondition-failed"]);
    expect(codes(change, "428")).toEqual(["precondition-required"]);
    expect(codes(drop, "412")).toEqual(["precondition-failed"]);
    expect(codes(drop, "428")).toBeUndefined();
    expect(codes(make, "404")).toBeUndefined();
    expect(codes(drop, "404")).toEqual(["not-found"]);
    expect(codes(make, "415")).toEqual(["unsupported-media-type"]);
    expect(codes(make, "422")).toEqual(["invalid-body", "idempotency-key-reused", "idempotency-key-expired", "command-refused"]);
    expect(codes(report, "422")).not.toContain("command-refused");
    expect(codes(batch, "422")).toEqual(["invalid-body"]);
    expect(codes(make, "503")).toEqual(["outcome-unknown", "source-unavailable", "gateway-unavailable"]);
    expect(codes(status, "403")).toBeUndefined();
  });

  test("lists the refusals of the contract, for people and for programs", () => {
    for (const one of [make, change, drop, turn]) {
      expect(at(one, "x-refusals")).toEqual({ "too-late": "It is too late." });
      expect(at(one, "description")).toContain("The reasons are `too-late`.");
      expect(at(one, "responses", "422", "description")).toContain("- `too-late`: It is too late.");
      expect(at(one, "responses", "422", "x-refusals")).toEqual(["too-late"]);
    }
    expect(at(report, "x-refusals")).toBeUndefined();
  });

  test("takes a body where it has an input; a merge patch, where it is a PATCH, by either name", () => {
    expect(namesIn(at(make, "requestBody"), "content")).toEqual(["application/json"]);
    expect(namesIn(at(change, "requestBody"), "content")).toEqual(["application/json", "application/merge-patch+json"]);
    expect(at(make, "requestBody", "required")).toBe(true);
    expect(at(change, "requestBody", "required")).toBe(false);
    for (const one of [drop, turn]) expect(at(one, "requestBody")).toBeUndefined();
    expect(at(make, "requestBody", "content", "application/json", "example")).toEqual(things.commands.make.example);
  });
});

describe("schemas", () => {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addFormat("decimal", true);
  for (const keyword of ["x-owner", "x-scope", "x-conflict", "x-extensible-enum", "example", "discriminator"]) ajv.addKeyword(keyword);
  const inDefs: unknown = JSON.parse(JSON.stringify(at(document, "components", "schemas")).replaceAll("#/components/schemas/", "#/$defs/"));
  ajv.addSchema({ $id: "document", $defs: inDefs });
  const fits = (name: string, value: unknown): boolean => ajv.validate(`document#/$defs/${name}`, value) === true;

  /** Bodies that fit and bodies that do not, of every kind. */
  const bodies = [
    {},
    { lines: [] },
    { lines: [{ sku: "A", quantity: "1.5" }] },
    { lines: [], note: null, kind: null, on: "2026-02-28", total: { amount: "1", currency: "EUR" } },
    { lines: [], note: "x".repeat(21) },
    { lines: [], kind: "old" },
    { lines: [], on: "2026-02-30" },
    { lines: [], on: null },
    { lines: [], total: { amount: 1, currency: "EUR" } },
    { lines: [], total: { amount: "1", currency: "EUR", more: 1 } },
    { lines: [{ sku: "A" }] },
    { lines: [{ sku: "A", quantity: "1", price: "1" }] },
    { lines: [{ sku: "", quantity: "1" }] },
    { lines: [{ sku: "A", quantity: "1e3" }] },
    { lines: Array.from({ length: 4 }, () => ({ sku: "A", quantity: "1" })) },
    { lines: [], other: 1 },
    { lines: [], id: "1" },
    [],
    null,
    "text",
  ];

  test.each(bodies.map((body) => [JSON.stringify(body).slice(0, 80), body] as const))("of inputs take what the gateway takes: %s", (_, body) => {
    const verdict = (promise: (typeof things.commands)["make" | "change"]): boolean =>
      validateInput(things, promise, jsonOf(new TextEncoder().encode(JSON.stringify(body)))).kind === "valid";
    expect(fits("MakeThingInput", body)).toBe(verdict(things.commands.make));
    expect(fits("ChangeThingInput", body)).toBe(verdict(things.commands.change));
  });

  test("of a batch take its items, each as its command does", () => {
    const item = { command: "make", idempotency_key: "0123456789abcdef", body: { lines: [] } };
    expect(fits("ThingBatch", { items: [item] })).toBe(true);
    expect(fits("ThingBatch", { items: [item, { command: "drop", id: "1", idempotency_key: "0123456789abcdef" }] })).toBe(true);
    for (const items of [
      [],
      Array.from({ length: 101 }, () => item),
      [{ ...item, body: {} }],
      [{ ...item, id: "1" }],
      [{ ...item, command: "unknown" }],
      [{ ...item, idempotency_key: undefined }],
      [{ command: "change", id: "1", idempotency_key: "0123456789abcdef", body: {} }],
      [{ ...item, headers: {} }],
    ])
      expect(fits("ThingBatch", JSON.parse(JSON.stringify({ items }))), JSON.stringify(items).slice(0, 100)).toBe(false);
  });

  test("fit the examples beside them", () => {
    for (const [name, schema] of Object.entries(Object(at(document, "components", "schemas")))) {
      const examples = at(schema, "examples");
      for (const one of Array.isArray(examples) ? examples : []) expect(fits(name, one), name).toBe(true);
    }
    const batch = at(operation("post", "/v1/things/batch"), "requestBody", "content", "application/json", "example");
    expect(fits("ThingBatch", batch)).toBe(true);
    expect(fits("Operation", at(operation("get", "/v1/operations/{id}"), "responses", "200", "content", "application/json", "example"))).toBe(true);
  });
});
