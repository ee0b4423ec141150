/** Entity tags: what they say of the whole thing, and of each field that partners may change. */
import { defineContract, defineSource, group, lines, text, wire, z } from "sluice";
import { expect, test } from "vitest";
import { changedFields, changedSince, tagSalt } from "#erp/read/entity-tag.ts";
import { update } from "#erp/write/command.ts";
import { readingFrom } from "../support/reading.ts";

interface Tables {
  readonly DOC: { readonly NO: string; readonly CUS: string; readonly REF: string; readonly STREET: string; readonly CITY: string; readonly SECRET: string };
  readonly SUB: { readonly NO: string; readonly SEQ: number; readonly TXT: string };
}

const reading = readingFrom(`
  CREATE TABLE "DOC" ("NO" CHAR(4) PRIMARY KEY, "CUS" CHAR(4), "REF" CHAR(8), "STREET" CHAR(8), "CITY" CHAR(8), "SECRET" CHAR(8));
  CREATE TABLE "SUB" ("NO" CHAR(4), "SEQ" INT, "TXT" CHAR(8), PRIMARY KEY ("NO", "SEQ"));
  INSERT INTO "DOC" VALUES ('A', 'C', 'one', 'Elm', 'Ulm', 'x'), ('B', 'C', 'one', 'Elm', 'Ulm', 'x');
  INSERT INTO "SUB" VALUES ('A', 1, 'first'), ('A', 2, 'second');
`);

const source = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const Doc = z.object({
  id: wire.id(),
  lines: z.array(z.object({ text: z.string() })),
  secret: z.string(),
  ship_to: z.object({ street: z.string(), city: z.string() }),
  reference: z.string().nullable(),
});
const promise = { name: "docs", singular: "doc", team: "t", summary: "s", model: Doc, reads: { get: { scope: "docs:read" } } } as const;
const place = {
  table: "DOC",
  key: "NO",
  account: "CUS",
  fields: {
    lines: lines("SUB", { NO: "NO" }, { text: text("TXT") }, { sort: ["SEQ"] }),
    secret: text("SECRET"),
    ship_to: group({ street: text("STREET"), city: text("CITY") }),
    reference: text("REF", { nullWhen: [""] }),
  },
} as const;

const updatable = source.bind(
  defineContract({
    ...promise,
    commands: {
      change: { scope: "docs:write", on: "one", as: "update", input: Doc.pick({ reference: true, ship_to: true }).partial().extend({ reason: z.string() }) },
      relabel: { scope: "docs:write", on: "one", input: Doc.pick({ lines: true }) },
      make: { scope: "docs:write", input: Doc.pick({ secret: true, reference: true }) },
    },
    owner: { reference: "partner", ship_to: "shared", lines: "shared", secret: "erp" },
  }),
  { ...place, commands: { change: update(), relabel: async () => undefined, make: async () => "C" } },
);
const readOnly = source.bind(defineContract(promise), place);

async function tagOf(id: string) {
  const found = await reading.get(updatable, ["C"], id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

test("a tag has a piece for each field that a command on an existing thing takes, in the model's order", async () => {
  const { tag, tagged } = await tagOf("A");
  expect(tagged).toEqual(["lines", "ship_to", "reference"]);
  expect(tag).toMatch(/^[\w-]{22}\.[\w-]{24}$/);
});

test("a resource without an update keeps the plain digest", async () => {
  const found = await reading.get(readOnly, ["C"], "A");
  expect(found?.tag).toMatch(/^[\w-]{22}$/);
  expect(found?.tag).toBe((await tagOf("A")).tag.slice(0, 22));
});

test("fields that changed are told apart by the columns and child rows behind them", async () => {
  const before = (await tagOf("A")).tag;
  expect(changedFields(before, await tagOf("A"))).toEqual({ kind: "same" });

  await reading.erp(`UPDATE "DOC" SET "CITY" = 'Bonn' WHERE "NO" = 'A'`);
  expect(changedFields(before, await tagOf("A"))).toEqual({ kind: "changed", fields: new Set(["ship_to"]) });
  await reading.erp(`UPDATE "SUB" SET "TXT" = 'other' WHERE "NO" = 'A' AND "SEQ" = 2`);
  expect(changedFields(before, await tagOf("A"))).toEqual({ kind: "changed", fields: new Set(["ship_to", "lines"]) });

  await reading.erp(`UPDATE "DOC" SET "CITY" = 'Ulm' WHERE "NO" = 'A'`);
  await reading.erp(`UPDATE "SUB" SET "TXT" = 'second' WHERE "NO" = 'A' AND "SEQ" = 2`);
  expect(changedFields(before, await tagOf("A"))).toEqual({ kind: "same" });
});

test("a change of a field that nobody may write leaves every writable one as it was", async () => {
  const before = (await tagOf("A")).tag;
  await reading.erp(`UPDATE "DOC" SET "SECRET" = 'y' WHERE "NO" = 'A'`);
  expect(changedFields(before, await tagOf("A"))).toEqual({ kind: "changed", fields: new Set() });
});

test("a tag of another form says nothing of single fields", async () => {
  const current = await tagOf("A");
  for (const other of ["", "abc", "x".repeat(22), `${"x".repeat(22)}.${"y".repeat(16)}`, `${"x".repeat(22)}.${"y".repeat(32)}`, `${"x".repeat(22)}.`])
    expect(changedFields(other, current)).toEqual({ kind: "unknown" });
  expect(changedFields(current.tag.slice(0, 22), current)).toEqual({ kind: "same" }); // all that a read-only resource's tag had
});

test("equal values of two things do not look equal, and another secret makes other pieces", async () => {
  const [one, other] = [await tagOf("A"), await tagOf("B")];
  expect(one.tag.slice(-8)).not.toBe(other.tag.slice(-8)); // `reference` is the same in both
  expect(tagSalt(new Uint8Array(32))).not.toBe(tagSalt(new Uint8Array(32).fill(1)));
});

test("of several states that a caller names, one is enough; else a field counts as unchanged only if it is so in all", async () => {
  const first = (await tagOf("B")).tag;
  await reading.erp(`UPDATE "DOC" SET "CITY" = 'Bonn' WHERE "NO" = 'B'`);
  const second = (await tagOf("B")).tag;
  await reading.erp(`UPDATE "DOC" SET "REF" = 'two' WHERE "NO" = 'B'`);
  const current = await tagOf("B");
  expect(changedSince([first, current.tag], current)).toEqual({ kind: "same" });
  expect(changedSince([second], current)).toEqual({ kind: "changed", fields: new Set(["reference"]) });
  expect(changedSince([first, second], current)).toEqual({ kind: "changed", fields: new Set(["ship_to", "reference"]) });
  expect(changedSince(["abc", second], current)).toEqual({ kind: "unknown" });
  expect(changedSince([], current)).toEqual({ kind: "unknown" });
});
