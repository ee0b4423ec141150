/** Inputs of commands: accepted as promised, or refused with every error at once, each with its place, code and sentence. */
import fc from "fast-check";
import { defineContract, wire, z } from "sluice";
import { describe, expect, test } from "vitest";
import type { CommandPromise } from "#contract/command.ts";
import type { JsonValue } from "#lib/json.ts";
import { parseStrictJson } from "#pipeline/strict-json.ts";
import { validateInput } from "#pipeline/validate-input.ts";

const Place = z.object({
  reference: z.string().min(1).max(20),
  ship_to: z.object({ name: z.string(), floor: z.int().min(0).max(200).optional() }).optional(),
  lines: z
    .array(z.object({ product: wire.id(), quantity: wire.decimal(), price: wire.money().nullable().optional() }))
    .min(1)
    .max(50),
  requested_on: wire.date().optional(),
  effective_at: wire.dateTime().optional(),
  priority: z.enum(["normal", "express"]).default("normal"),
});

const contract = defineContract({
  name: "orders",
  singular: "order",
  team: "t",
  summary: "s",
  model: z.object({
    id: wire.id(),
    status: z.string(),
    reference: z.string(),
    note: z.string(),
    priority: z.string(),
    margin: wire.money(),
    lines: z.array(z.object({ product: z.string(), quantity: z.string(), delivered: z.string() })),
  }),
  reads: {},
  commands: {
    place: { scope: "orders:write", input: Place },
    cancel: { scope: "orders:write", on: "one" },
    close: { scope: "orders:write", on: "one", input: z.object({ reason: z.string().optional() }) },
  },
  owner: { reference: "partner", note: "shared", lines: "partner", priority: "partner", status: "erp" },
  hide: { margin: "orders.margin:read" },
});

const place = contract.commands.place;
const good: JsonValue = { reference: "PO-1", lines: [{ product: "P-1", quantity: "2.5" }] };

function inputOf(body: JsonValue | undefined, command: CommandPromise = place): Record<string, unknown> | undefined {
  const validated = validateInput(contract, command, body);
  return validated.kind === "valid" ? validated.input : expect.unreachable(JSON.stringify(validated.errors));
}

function errorsOf(body: JsonValue | undefined, command: CommandPromise = place, visible?: readonly string[]) {
  const validated = validateInput(contract, command, body, visible);
  return validated.kind === "invalid" ? validated.errors : expect.unreachable(JSON.stringify(validated.input));
}

const codesOf = (body: JsonValue | undefined, command?: CommandPromise) => errorsOf(body, command).map(({ pointer, code }) => [pointer, code]);

/** A command that takes one member `value`. */
const taking = (value: z.ZodType): CommandPromise => ({ scope: "orders:write", input: z.object({ value }) });

describe("an input", () => {
  test("that fits is given on as the contract reads it", () => {
    expect(inputOf(good)).toEqual({ ...good, priority: "normal" });
    const full = {
      reference: "PO-2",
      ship_to: { name: "Müller", floor: 3 },
      lines: [
        { product: "P-1", quantity: "2", price: { amount: "1.50", currency: "EUR" } },
        { product: "P-2", quantity: "-1", price: null },
      ],
      requested_on: "2026-12-01",
      effective_at: "2026-11-24T10:00:00Z",
      priority: "express",
    };
    expect(inputOf(full)).toEqual(full);
  });

  test("is told all that is wrong at once", () => {
    expect(
      codesOf({
        ship_to: { name: 1, floor: 201, street: "x" },
        lines: [{ product: "", quantity: 1 }, { product: "P-1", quantity: "1,5", price: { amount: "1.5", currency: "eur", rate: 1 }, qty: 1 }, "P-2"],
        requested_on: "2026-02-30",
        effective_at: "2026-11-24 10:00",
        priority: "urgent",
        status: "open",
        referense: "PO-1",
      }),
    ).toEqual([
      ["/reference", "required"],
      ["/ship_to/name", "wrong-type"],
      ["/ship_to/floor", "out-of-range"],
      ["/ship_to/street", "unknown-field"],
      ["/lines/0/product", "too-short"],
      ["/lines/0/quantity", "wrong-type"],
      ["/lines/1/quantity", "malformed"],
      ["/lines/1/price/currency", "malformed"],
      ["/lines/1/price/rate", "unknown-field"],
      ["/lines/1/qty", "unknown-field"],
      ["/lines/2", "wrong-type"],
      ["/requested_on", "malformed"],
      ["/effective_at", "malformed"],
      ["/priority", "not-one-of"],
      ["/status", "field-not-writable"],
      ["/referense", "unknown-field"],
    ]);
  });

  test("says in plain sentences what would be right", () => {
    const sentences = (body: JsonValue): readonly string[] => errorsOf(body).map(({ detail }) => detail);
    expect(sentences({ ...good, reference: "x".repeat(21) })).toEqual(["Takes at most 20 characters; there are 21."]);
    expect(sentences({ ...good, reference: "" })).toEqual(["Takes at least 1 character; there are 0."]);
    expect(sentences({ ...good, reference: null })).toEqual(["Takes a text, not null."]);
    expect(sentences({ ...good, lines: [] })).toEqual(["Takes at least 1 element; there are 0."]);
    expect(sentences({ ...good, lines: [{ product: "P-1", quantity: 2.5 }] })).toEqual([
      'Takes a decimal number as a text, such as "12.500", not a number with decimals.',
    ]);
    expect(sentences({ ...good, requested_on: "01.12.2026" })).toEqual(['Takes a date, YYYY-MM-DD, such as "2026-01-31".']);
    expect(sentences({ ...good, priority: "fast" })).toEqual(['Takes one of "normal", "express".']);
    expect(sentences({ ...good, ship_to: { name: "x", floor: 1.5 } })).toEqual(["Takes a whole number, not a number with decimals."]);
    expect(sentences({ ...good, ship_to: { name: "x", floor: -1 } })).toEqual(["Takes numbers of at least 0."]);
    expect(sentences({ ...good, lines: [{ product: "P-1", quantity: "1", price: { amount: "1", currency: "euro" } }] })).toEqual([
      'Takes a text such as "EUR".',
    ]);
    expect(sentences({ ...good, shipTo: { name: "x" } })).toEqual(["There is no such member; did you mean ship_to?"]);
    expect(sentences({ ...good, ship_to: { nome: "x" } })).toEqual(["Required: a text.", "There is no such member; did you mean name?"]);
    expect(sentences({ ...good, colour: "x" })).toEqual(["There is no such member."]);
  });

  test("is told who owns a field that it cannot write", () => {
    expect(errorsOf({ ...good, status: "x", note: "x", id: "7" })).toEqual([
      { pointer: "/status", code: "field-not-writable", detail: "status is owned by the ERP, so it cannot be written here." },
      { pointer: "/note", code: "field-not-writable", detail: "note is owned by the ERP and the partner, but not written by this operation." },
      { pointer: "/id", code: "field-not-writable", detail: "id is owned by the ERP, so it cannot be written here." },
    ]);
    expect(errorsOf({ reference: "PO-1" }, contract.commands.cancel)).toEqual([
      { pointer: "/reference", code: "field-not-writable", detail: "reference is owned by the partner, but not written by this operation." },
    ]);
  });

  test("does not learn of fields that are hidden from the caller", () => {
    const { margin, ...shown } = contract.model.shape;
    const expected = [{ pointer: "/margin", code: "unknown-field", detail: "There is no such member." }];
    expect(errorsOf({ ...good, margin: "1" })).toEqual(expected);
    expect(errorsOf({ ...good, margin: "1" }, place, Object.keys(shown))).toEqual(expected);
    expect(margin).toBeDefined();
    expect(errorsOf({ ...good, margin: "1" }, place, ["margin"])).toMatchObject([{ pointer: "/margin", code: "field-not-writable" }]);
    expect(JSON.stringify(errorsOf({ ...good, marginn: "1" }))).not.toContain("mean");
  });

  test("does not take the names of prototypes for members", () => {
    const parsed = parseStrictJson(
      new TextEncoder().encode(`{"reference":"PO-1","lines":[{"product":"P-1","quantity":"1","constructor":{}}],"prototype":{},"toString":1}`),
    );
    const body = parsed.kind === "json" ? parsed.value : expect.unreachable();
    expect(codesOf(body)).toEqual([
      ["/lines/0/constructor", "unknown-field"],
      ["/prototype", "unknown-field"],
      ["/toString", "unknown-field"],
    ]);
    const own = Object.defineProperty({ ...good }, "__proto__", { value: { status: "x" }, enumerable: true });
    expect(codesOf(own)).toEqual([["/__proto__", "unknown-field"]]);
    expect(Reflect.get({}, "status")).toBeUndefined();
  });

  test("that is no object is told so, once", () => {
    for (const body of [null, [], [good], "x", 1, true]) {
      for (const command of Object.values(contract.commands)) {
        expect(errorsOf(body, command)).toEqual([{ pointer: "", code: "wrong-type", detail: "The body has to be a JSON object." }]);
      }
    }
  });

  test("may be absent where no member is required", () => {
    expect(errorsOf(undefined)).toEqual([{ pointer: "", code: "required", detail: "The body is missing; it has to be a JSON object." }]);
    expect(inputOf(undefined, contract.commands.close)).toEqual({});
    expect(inputOf({}, contract.commands.close)).toEqual({});
  });

  test("of a command without input is none, or an empty object", () => {
    expect(inputOf(undefined, contract.commands.cancel)).toBeUndefined();
    expect(inputOf({}, contract.commands.cancel)).toBeUndefined();
    expect(codesOf({ reason: "late" }, contract.commands.cancel)).toEqual([["/reason", "unknown-field"]]);
  });

  test("is not echoed beyond 100 characters, and errors end at 100", () => {
    const long = "n".repeat(5_000);
    for (const body of [
      { ...good, [long]: long },
      { ...good, reference: long },
      { ...good, requested_on: long },
      { ...good, priority: long },
    ]) {
      for (const { pointer = "", detail } of errorsOf(body)) expect((pointer + detail).length).toBeLessThan(300);
    }
    const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`referenc${at}`, 1]));
    expect(errorsOf({ ...good, ...many })).toHaveLength(100);
    expect(errorsOf({ ...good, lines: Array.from({ length: 50 }, () => ({ a: 1, b: 2, c: 3 })) })).toHaveLength(100);
  });

  test("has pointers that lead to what is wrong", () => {
    expect(codesOf({ value: { "a/b": { x: 1 }, "~": { x: 1 } } }, taking(z.record(z.string(), z.object({ x: z.string() }))))).toEqual([
      ["/value/a~1b/x", "wrong-type"],
      ["/value/~0/x", "wrong-type"],
    ]);
  });
});

describe("every object is strict", () => {
  const x = z.object({ x: z.string() });
  interface Tree {
    readonly x: string;
    readonly below?: readonly Tree[] | undefined;
  }
  const Branch = z.object({
    x: z.string(),
    get below() {
      return z.array(Branch).optional();
    },
  });
  const lazy: z.ZodType<Tree> = z.lazy(() => z.object({ x: z.string(), below: z.array(lazy).optional() }));
  const one = { x: "", more: 1 };

  test.each<readonly [string, z.ZodType, JsonValue, readonly string[]]>([
    ["an object", x, one, ["/value/more"]],
    ["a loose object", z.looseObject({ x: z.string() }), one, ["/value/more"]],
    ["an object with a catch-all", x.catchall(z.number()), one, ["/value/more"]],
    ["a strict object", z.strictObject({ x: z.string() }), one, ["/value/more"]],
    ["an optional one", x.optional(), one, ["/value/more"]],
    ["a nullable one", x.nullable(), one, ["/value/more"]],
    ["one with a default", x.default({ x: "" }), one, ["/value/more"]],
    ["one with a prefault", x.prefault({ x: "" }), one, ["/value/more"]],
    ["a read-only one", x.readonly(), one, ["/value/more"]],
    ["a described one", x.describe("x").meta({ title: "X" }), one, ["/value/more"]],
    ["a refined one", x.refine(() => true), one, ["/value/more"]],
    ["a list", z.array(z.array(x)), [[one]], ["/value/0/0/more"]],
    ["a tuple", z.tuple([x], x), [one, one], ["/value/0/more", "/value/1/more"]],
    ["a record", z.record(z.string(), x), { a: one }, ["/value/a/more"]],
    ["a union", z.union([z.string(), x]), one, ["/value/more"]],
    [
      "a discriminated union",
      z.discriminatedUnion("x", [z.object({ x: z.literal("") }), z.object({ x: z.literal("b"), more: z.number() })]),
      one,
      ["/value/more"],
    ],
    ["an intersection", z.intersection(x, z.object({ y: z.string() })), { ...one, y: "" }, ["/value/more"]],
    ["a transformed one", x.transform((value) => value.x), one, ["/value/more"]],
    ["a preprocessed one", z.preprocess((value) => value, x), one, ["/value/more"]],
    ["a lazy one", lazy, { x: "", below: [one] }, ["/value/below/0/more"]],
    ["one that contains itself", Branch, { x: "", below: [{ x: "", below: [one] }], more: 1 }, ["/value/below/0/below/0/more", "/value/more"]],
  ])("in %s", (_what, schema, value, pointers) => {
    const errors = errorsOf({ value }, taking(schema));
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(pointers);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["unknown-field"]));
  });

  test("and keeps its defaults, transforms and refinements", () => {
    let made = 0;
    const make = (): string => {
      made += 1;
      return `made ${made}`;
    };
    const command = taking(
      z
        .object({ a: z.string().default(make), b: z.string().transform((text) => text.length) })
        .refine(({ b }) => b < 5, { message: "b is too long.", path: ["b"] }),
    );
    const first = made;
    expect(inputOf({ value: { b: "xyz" } }, command)).toEqual({ value: { a: `made ${first + 1}`, b: 3 } });
    expect(inputOf({ value: { b: "xyz" } }, command)).toEqual({ value: { a: `made ${first + 2}`, b: 3 } });
    expect(errorsOf({ value: { b: "123456" } }, command)).toEqual([{ pointer: "/value/b", code: "invalid", detail: "b is too long." }]);
  });
});

describe("of several forms", () => {
  const payment = z.discriminatedUnion("by", [
    z.object({ by: z.literal("transfer"), iban: z.string() }),
    z.object({ by: z.literal("card"), number: z.string() }),
  ]);

  test("the one that the discriminator names is told of", () => {
    expect(codesOf({ value: { by: "card", iban: "x" } }, taking(payment))).toEqual([
      ["/value/number", "required"],
      ["/value/iban", "unknown-field"],
    ]);
    expect(errorsOf({ value: { by: "cash" } }, taking(payment))).toEqual([
      { pointer: "/value/by", code: "not-one-of", detail: 'Takes one of "transfer", "card".' },
    ]);
    expect(errorsOf({ value: {} }, taking(payment))).toEqual([{ pointer: "/value/by", code: "required", detail: 'Required: one of "transfer", "card".' }]);
  });

  test("the one is told of that has least to correct, or all types where none fits", () => {
    const either = z.union([z.string(), z.object({ a: z.string(), b: z.string() }), z.object({ c: z.string() })]);
    expect(errorsOf({ value: 1 }, taking(either))).toEqual([{ pointer: "/value", code: "wrong-type", detail: "Takes a text or an object, not a number." }]);
    expect(codesOf({ value: { c: 1 } }, taking(either))).toEqual([["/value/c", "wrong-type"]]);
    expect(codesOf({ value: { a: "", b: 1 } }, taking(either))).toEqual([["/value/b", "wrong-type"]]);
    expect(codesOf({}, taking(either))).toEqual([["/value", "required"]]);
  });
});

test("any JSON object is accepted or refused with pointers into it, and nothing unknown is let through", () => {
  const names = fc.constantFrom("reference", "lines", "product", "quantity", "price", "amount", "currency", "ship_to", "name", "x");
  const { tree } = fc.letrec<{ tree: JsonValue }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue>("1", "PO-1", "EUR", "", 1, null, true),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(names, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  const members = fc.dictionary(names, tree, { maxKeys: 3 });
  fc.assert(
    fc.property(members, fc.boolean(), (sent, based) => {
      const body: JsonValue = based ? { reference: "PO-1", lines: [{ product: "P-1", quantity: "1" }], ...sent } : sent;
      const validated = validateInput(contract, place, body);
      const lenient = Place.safeParse(body);
      if (validated.kind === "valid") expect(validated.input).toEqual(lenient.data);
      else {
        expect(validated.errors.length).toBeGreaterThan(0);
        for (const { pointer, detail } of validated.errors) {
          expect(pointer).toMatch(/^(?:\/[a-z_0-9]+)+$/);
          expect(detail).toMatch(/^[A-Z].*[.?]$/);
        }
      }
      if (!lenient.success) expect(validated.kind).toBe("invalid");
      if (validated.kind === "valid") expect(Object.keys(Object(body)).every((name) => Object.hasOwn(Place.shape, name))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
