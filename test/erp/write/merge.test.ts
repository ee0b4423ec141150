/** The merge of an update with what others changed: each rule, and what holds for all of them. */
import fc from "fast-check";
import { defineContract, z } from "sluice";
import { describe, expect, test } from "vitest";
import { type MergeRequest, mergeFields } from "#erp/write/merge.ts";

const rules = ["reject", "erp-wins", "partner-wins", "newest", "review"] as const;
const value = z.string().nullable();
const Thing = z.object({
  id: z.string(),
  mine: value,
  undeclared: value,
  reject: value,
  "erp-wins": value,
  "partner-wins": value,
  newest: value,
  review: value,
  status: value,
  changed_at: value,
});
const fields = ["mine", "undeclared", ...rules] as const;

const contract = defineContract({
  name: "things",
  singular: "thing",
  team: "t",
  summary: "s",
  model: Thing,
  reads: { get: { scope: "things:read" } },
  commands: {
    change: {
      scope: "things:write",
      on: "one",
      as: "update",
      input: Thing.omit({ id: true, status: true, changed_at: true }).partial().extend({ effective_at: z.string().optional(), reason: z.string().optional() }),
    },
  },
  owner: { mine: "partner", undeclared: "shared", reject: "shared", "erp-wins": "shared", "partner-wins": "shared", newest: "shared", review: "shared" },
  conflict: { reject: "reject", "erp-wins": "erp-wins", "partner-wins": "partner-wins", newest: "newest", review: "review" },
  newestBy: "changed_at",
});

const now = new Date("2026-11-24T12:00:00Z");
const item = {
  ...{ id: "1", mine: "erp", undeclared: "erp", reject: "erp", "erp-wins": "erp", "partner-wins": "erp", newest: "erp", review: "erp", status: "open" },
  changed_at: "2026-11-24T10:00:00Z",
};

function merge(input: Record<string, unknown>, more: Partial<MergeRequest> = {}) {
  return mergeFields(contract, { base: { kind: "changed", fields: new Set(Object.keys(input)) }, item, input, writtenHere: new Set(), now, ...more });
}

describe("a field that both sides changed", () => {
  test("reject: nothing is written, not even the fields that do not conflict", () => {
    const merged = merge({ reject: "partner", mine: "partner" }, { base: { kind: "changed", fields: new Set(["reject"]) } });
    expect(merged).toEqual({
      write: {},
      conflicts: [{ field: "reject", rule: "reject", outcome: "rejected", erpValue: "erp", partnerValue: "partner" }],
      refused: true,
      idle: false,
    });
  });

  test("a shared field without a rule is rejected", () => {
    expect(merge({ undeclared: "partner" })).toMatchObject({ refused: true, conflicts: [{ field: "undeclared", rule: "reject", outcome: "rejected" }] });
  });

  test("erp-wins: the field stays as it is, the rest is written", () => {
    const merged = merge({ "erp-wins": "partner", mine: "partner", reason: "because" }, { base: { kind: "changed", fields: new Set(["erp-wins"]) } });
    expect(merged).toEqual({
      write: { mine: "partner", reason: "because" },
      conflicts: [{ field: "erp-wins", rule: "erp-wins", outcome: "erp", erpValue: "erp", partnerValue: "partner" }],
      refused: false,
      idle: false,
    });
  });

  test("partner-wins: the field is written", () => {
    expect(merge({ "partner-wins": "partner" })).toMatchObject({ write: { "partner-wins": "partner" }, conflicts: [{ outcome: "partner" }], refused: false });
  });

  test("the partner's own field is written, and the ERP's change to it is a conflict", () => {
    expect(merge({ mine: "partner" })).toMatchObject({ write: { mine: "partner" }, conflicts: [{ field: "mine", rule: "owner", outcome: "partner" }] });
  });

  test("review: parked for a person, the field stays as it is", () => {
    expect(merge({ review: "partner", effective_at: "2026-11-24T11:00:00Z" })).toMatchObject({
      write: { effective_at: "2026-11-24T11:00:00Z" },
      conflicts: [{ field: "review", rule: "review", outcome: "parked" }],
      refused: false,
      idle: true,
    });
  });

  test.each([
    ["2026-11-24T10:00:01Z", "partner"],
    ["2026-11-24T11:30:00+01:00", "partner"],
    ["2026-11-24T10:00:00Z", "erp"],
    ["2026-11-24T11:00:00+01:00", "erp"],
    ["2026-11-24T09:59:59.999Z", "erp"],
    ["2026-11-24T12:04:00Z", "partner"],
    ["2099-01-01T00:00:00Z", "erp"], // nothing has changed yet at a time to come
    ["soon", "erp"],
    [undefined, "erp"],
  ])("newest: changed by the partner at %s, by the ERP at 10:00Z, at noon stands the value of %s", (effectiveAt, outcome) => {
    expect(merge({ newest: "partner", effective_at: effectiveAt }).conflicts).toMatchObject([{ rule: "newest", outcome }]);
  });

  test("newest: where the ERP does not say when, the ERP wins", () => {
    const input = { newest: "partner", effective_at: "2026-11-24T11:00:00Z" };
    expect(merge(input, { item: { ...item, changed_at: null } }).conflicts).toMatchObject([{ outcome: "erp" }]);
  });

  test("two writers through the gateway are told of each other, whatever the rule for the ERP", () => {
    for (const field of fields)
      expect(merge({ [field]: "partner" }, { writtenHere: new Set([field]) })).toMatchObject({
        refused: true,
        conflicts: [{ field, rule: "reject", outcome: "rejected" }],
      });
  });
});

test("what both sides set to the same value is no conflict", () => {
  const ship = { city: "Ulm", lines: [{ sku: "a", net: "1.00" }] };
  const present = { ...item, reject: ship };
  expect(merge({ reject: { city: "Ulm", street: undefined } }, { item: present })).toMatchObject({ conflicts: [], refused: false, idle: false });
  expect(merge({ reject: { lines: [{ sku: "a" }] } }, { item: present }).conflicts).toEqual([]);
  expect(merge({ reject: { lines: [{ sku: "a" }, { sku: "b" }] } }, { item: present }).refused).toBe(true);
  expect(merge({ reject: { city: null } }, { item: present }).refused).toBe(true);
  expect(merge({ reject: null }, { item: { ...item, reject: undefined } }).conflicts).toEqual([]);
});

test("of two writers here who set a field to the same value, the second is told: both may have counted from the same number", () => {
  expect(merge({ "partner-wins": "erp" }, { writtenHere: new Set(["partner-wins"]) })).toMatchObject({ refused: true, write: {} });
});

test("with If-Match: *, all is written as asked", () => {
  const input = Object.fromEntries(fields.map((field) => [field, "partner"]));
  expect(merge(input, { base: "any" })).toEqual({ write: input, conflicts: [], refused: false, idle: false });
});

test("a tag that says nothing of single fields is refused whatever the rules, and the differences are named", () => {
  const merged = merge({ "partner-wins": "partner", "erp-wins": "erp", review: "partner" }, { base: { kind: "unknown" } });
  expect(merged).toMatchObject({ write: {}, refused: true });
  expect(merged.conflicts.map(({ field, outcome }) => [field, outcome])).toEqual([
    ["partner-wins", "rejected"],
    ["review", "rejected"],
  ]);
});

describe("for every request", () => {
  const someValue = fc.constantFrom("a", "b", null);
  const input = fc.dictionary(fc.constantFrom(...fields), someValue, { noNullPrototype: true });
  const anything = fc.record({
    input,
    extra: fc.dictionary(fc.constantFrom("reason", "effective_at"), fc.constantFrom("2026-11-24T11:00:00Z", "x"), { noNullPrototype: true }),
    present: fc.record(Object.fromEntries(fields.map((field) => [field, someValue]))),
    changed: fc.uniqueArray(fc.constantFrom(...fields, "status")),
    writtenHere: fc.uniqueArray(fc.constantFrom(...fields)),
  });
  const requestOf = (made: typeof anything extends fc.Arbitrary<infer T> ? T : never): MergeRequest => ({
    base: { kind: "changed", fields: new Set(made.changed) },
    item: { ...item, ...made.present },
    input: { ...made.input, ...made.extra },
    writtenHere: new Set(made.writtenHere),
    now,
  });

  test("disjoint changes merge: all is written, nothing conflicts", () => {
    fc.assert(
      fc.property(anything, (made) => {
        const request = requestOf({ ...made, changed: made.changed.filter((field) => !(field in made.input)) });
        expect(mergeFields(contract, request)).toEqual({ write: request.input, conflicts: [], refused: false, idle: false });
      }),
    );
  });

  test("nothing is silent: each field that both changed to different values is among the conflicts, and only those", () => {
    fc.assert(
      fc.property(anything, (made) => {
        const request = requestOf(made);
        const both = made.changed.filter((field) => field in made.input && (request.input[field] !== request.item[field] || request.writtenHere.has(field)));
        const { conflicts } = mergeFields(contract, request);
        expect(conflicts.map(({ field }) => field).sort()).toEqual([...both].sort());
        for (const { field, erpValue, partnerValue } of conflicts) expect([erpValue, partnerValue]).toEqual([request.item[field], request.input[field]]);
      }),
    );
  });

  test("what is written is what was asked, less what was decided otherwise", () => {
    fc.assert(
      fc.property(anything, (made) => {
        const request = requestOf(made);
        const { write, conflicts, refused, idle } = mergeFields(contract, request);
        const lost = new Set<string>(conflicts.filter(({ outcome }) => outcome !== "partner").map(({ field }) => field));
        const expected = Object.fromEntries(Object.entries(request.input).filter(([field]) => !lost.has(field)));
        expect(write).toEqual(refused ? {} : expected);
        expect(refused).toBe(conflicts.some(({ outcome }) => outcome === "rejected"));
        if (refused) expect(conflicts.every(({ outcome }) => outcome === "rejected")).toBe(true);
        const asked = Object.keys(made.input).length;
        expect(idle).toBe(!refused && asked > 0 && asked === lost.size);
      }),
    );
  });

  test("the order of fields does not matter", () => {
    fc.assert(
      fc.property(anything, (made) => {
        const request = requestOf(made);
        const turned = mergeFields(contract, { ...request, input: Object.fromEntries(Object.entries(request.input).reverse()) });
        const merged = mergeFields(contract, request);
        expect(turned).toMatchObject({ write: merged.write, refused: merged.refused, idle: merged.idle });
        expect([...turned.conflicts].reverse()).toEqual(merged.conflicts);
      }),
    );
  });
});
