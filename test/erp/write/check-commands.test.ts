/** What is said at start of commands that cannot be kept. */

import pg from "pg";
import { bits, computed, decimal, defineContract, defineSource, expression, group, insert, lines, sql, stage, text, update, wire, z } from "sluice";
import { expect, test } from "vitest";
import type { BoundResource } from "#erp/binding/source.ts";
import { checkSource } from "#erp/check/check-source.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { commandProblems, stagedTables } from "#erp/write/check-commands.ts";
import type { AnyCommand } from "#erp/write/command.ts";
import { createDatabase } from "../../support/postgres.ts";
import { shopDdl, shopOrders } from "./writing.ts";

interface Tables {
  DOC: { NO: string; CUS: string; CO: string; TYP: string; NAM: string; CTY: string; MASK: number; AMT: number };
  EXT: { NO: string; MEMO: string };
  LIN: { NO: string; ITM: string };
}

const Doc = z.object({
  id: wire.id(),
  number: z.string(),
  name: z.string(),
  address: z.object({ city: z.string(), label: z.string() }),
  attributes: z.array(z.enum(["a"])),
  memo: z.string(),
  amount: wire.decimal(),
  label: z.string(),
  lines: z.array(z.object({ item: z.string() })),
});

const contract = defineContract({
  name: "docs",
  singular: "doc",
  team: "t",
  summary: "s",
  model: Doc,
  reads: { get: { scope: "docs:read" } },
  commands: {
    place: { scope: "docs:write", input: Doc.pick({ name: true }) },
    amend: { scope: "docs:write", input: Doc.pick({ name: true }), on: "one", as: "update" },
  },
  owner: { name: "partner" },
  refusals: { "too-much": "It is too much." },
});

const good: BoundResource = defineSource<Tables>({ name: "erp", dialect: "postgres", tablePrefix: "x_" }).bind(contract, {
  table: "DOC",
  key: "NO",
  account: "CUS",
  joins: { e: { table: "EXT", on: { NO: "NO" } } },
  where: { CO: "01", TYP: ["A", "B"] },
  fields: {
    number: text("NO"),
    name: text("NAM"),
    address: group({ city: text("CTY"), label: computed(["CTY"], ({ CTY }) => String(CTY)) }),
    attributes: bits("MASK", { 1: "a" }),
    memo: text("e.MEMO"),
    amount: decimal(expression(["AMT"], "decimal", (c) => sql`${c.AMT} / 2`)),
    label: computed(["NAM"], ({ NAM }) => String(NAM)),
    lines: lines("LIN", { NO: "NO" }, { item: text("ITM") }, { sort: ["ITM"] }),
  },
  refusals: [{ code: "too-much", sqlstate: "45000" }],
  commands: { place: insert({ also: { CUS: "C1", TYP: "A" } }), amend: update() },
});

/** The binding with other commands, promises or words; its types are not what is looked at here. */
function changed(
  commands: Readonly<Record<string, AnyCommand>>,
  more: Partial<BoundResource["contract"]> = {},
  binding: Partial<BoundResource["binding"]> = {},
): BoundResource {
  return { ...good, contract: { ...good.contract, ...more }, binding: { ...good.binding, commands, ...binding } };
}

const promised = (input: z.ZodObject, on?: "one") => ({ run: { scope: "docs:write", input, ...(on !== undefined && { on }) } }) as const;

test("a binding that keeps its promises has no problems", () => {
  expect(commandProblems(good)).toEqual([]);
});

test("members of a plain command's input that nothing would write are named", () => {
  const update_ = commandProblems(
    changed({ run: update() }, { commands: promised(Doc.omit({ id: true }).partial().extend({ effective_at: wire.dateTime(), extra: z.string() }), "one") }),
  );
  expect(update_).toEqual([
    "docs.run: the input has address.label, which is bound by computed and cannot be written. Write a function, or leave it out.",
    'docs.run: the input has attributes, which is bound by bits and cannot be written unless it says `whenWritten: "clear-unnamed"`. Write a function, or leave it out.',
    "docs.run: the input has amount, which is an expression and cannot be written. Write a function, or leave it out.",
    "docs.run: the input has label, which is bound by computed and cannot be written. Write a function, or leave it out.",
    "docs.run: the input has lines, whose rows stand in LIN, which a plain update does not write. Write a function.",
    "docs.run: the input has extra, which is no field of the binding, so a plain update would lose it. Write a function.",
    "docs.run: number is a part of the key, and a thing keeps its id. Write a function.",
    'docs.run: memo stands in the joined table "e", which a plain update does not write. Write a function.',
  ]);
  expect(commandProblems(changed({ run: update() }, { commands: promised(z.object({ address: z.object({ city: z.string() }).optional() }), "one") }))).toEqual(
    [],
  );
});

test("a new row has to be the partner's and of the resource", () => {
  expect(commandProblems(changed({ run: insert() }, { commands: promised(Doc.pick({ name: true })) }))).toEqual([
    "docs.run: nothing fills CUS, by which the new row would be the partner's. Give it in `also`.",
    "docs.run: nothing fills TYP, which has to be one of several values. Give it in `also`.",
  ]);
  expect(commandProblems(changed({ run: insert({ also: () => ({}) }) }, { commands: promised(Doc.pick({ name: true })) }))).toEqual([]);
  expect(commandProblems(changed({ run: insert({ also: () => ({}) }) }, { commands: promised(Doc.pick({ name: true })) }, { args: [1] }))).toEqual([
    "docs.run: a plain insert has no table, since the rows come from a stored function.",
  ]);
});

test("promises and their keeping have to be the same", () => {
  expect(commandProblems(changed({ other: async () => undefined }, { commands: promised(Doc.pick({ name: true })) }))).toEqual([
    "docs.run: the contract promises this command, and the binding does not carry it out.",
    "docs.other: the binding carries out a command that the contract does not promise.",
  ]);
  const staged = stage({ table: "IMP", key: "NO", row: () => ({}), watch: ["ST", "ERR"], state: () => ({ kind: "waiting" }), timeoutMinutes: 5 });
  expect(commandProblems(changed({ run: staged }, { commands: promised(Doc.pick({ name: true })) }))).toEqual([
    'docs.run: a staged row is taken up later, so the contract has to say `answers: "operation"`.',
  ]);
  const operation = { run: { ...promised(Doc.pick({ name: true })).run, answers: "operation" } } as const;
  expect(commandProblems(changed({ run: async () => "1" }, { commands: operation }))).toEqual([
    "docs.run: it answers with an operation, so it has to stage a row.",
  ]);
  expect(commandProblems(changed({ run: staged }, { commands: operation }), new Map())).toEqual([
    "docs.run: there is no table x_IMP to stage rows in, or this account may not read it.",
  ]);
  const info = { type: "text", nullable: false, sqlType: "text" } as const;
  expect(
    commandProblems(
      changed({ run: staged }, { commands: operation }),
      new Map([
        [
          "x_IMP",
          new Map([
            ["NO", info],
            ["ST", info],
          ]),
        ],
      ]),
    ),
  ).toEqual(["docs.run: x_IMP has no column ERR, which the staged row is known by."]);
  expect(stagedTables(changed({ run: staged }).binding)).toEqual(new Map([["IMP", new Set(["NO", "ST", "ERR"])]]));
});

test("refusals are words of the contract, and say what they are known by", () => {
  expect(commandProblems(changed(good.binding.commands, {}, { refusals: [{ code: "too-little", status: 1 }, { code: "too-much" }] }))).toEqual([
    'docs: the refusal "too-little" of the binding is none of the contract\'s.',
    'docs: the refusal "too-much" says of no error that it is meant.',
  ]);
});

test("without a footprint, only what has a natural key can be made, and nothing else be done", () => {
  const bare = (resource: BoundResource): BoundResource => ({ ...resource, source: { ...resource.source, footprint: "none" } });
  const place = good.contract.commands["place"];
  if (place === undefined) throw new Error("no command");
  const only = (binding: Partial<BoundResource["binding"]>) =>
    bare(changed({ place: good.binding.commands["place"] ?? insert() }, { commands: { place } }, binding));
  expect(commandProblems(only({ naturalKey: "name" }))).toEqual([]);
  expect(commandProblems(only({}))).toEqual([
    "docs.place: the source has no footprint, so the binding needs a `naturalKey`: the field with the partner's own number.",
  ]);
  expect(commandProblems(only({ naturalKey: "label" }))).toEqual([
    "docs.place: the natural key label cannot be looked up, since its conversion does not lead back to columns.",
  ]);
  expect(commandProblems(only({ naturalKey: "number" }))).toEqual([
    "docs.place: the input has no number, the natural key that a repetition would be known by.",
  ]);
  expect(commandProblems(bare(changed(good.binding.commands, {}, { naturalKey: "name" })))).toEqual([
    "docs.amend: the source has no footprint, so only commands that make something in the ERP at once can be promised.",
  ]);
});

test("the fixture's own joined memo is found", () => {
  expect(commandProblems(shopOrders("postgres"))).toEqual([
    'orders.amend: memo stands in the joined table "e", which a plain insert or update does not write. Write a function.'.replace("insert or update", "update"),
  ]);
});

test("`sluice check` says of a real database what staged rows lack there", async () => {
  const database = await createDatabase();
  const open = openPostgres({
    url: database.url,
    maxConnections: 2,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    prepare: true,
    applicationName: "test",
  });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const statement of shopDdl((name) => `"${name}"`, "int GENERATED ALWAYS AS IDENTITY")) await client.query(statement);
    const shop = shopOrders("postgres");
    const pay = stage({ table: "NUMS", key: "ID", watch: ["VAL"], row: () => ({}), state: () => ({ kind: "waiting" }), timeoutMinutes: 5 });
    const promise = { scope: "orders:write", input: z.object({ name: z.string() }), answers: "operation" } as const;
    const resource: BoundResource = { ...shop, contract: { ...shop.contract, commands: { pay: promise } }, binding: { ...shop.binding, commands: { pay } } };
    const found = async () =>
      (await checkSource([resource], open, undefined)).resources.flatMap(({ findings }) => findings.filter(({ places }) => places === "commands"));
    expect(await found()).toEqual([]);
    await client.query('ALTER TABLE "x_NUMS" RENAME COLUMN "VAL" TO "STATE"');
    expect(await found()).toEqual([{ kind: "missing", places: "commands", what: "orders.pay: x_NUMS has no column VAL, which the staged row is known by" }]);
  } finally {
    await client.end();
    await open.close();
    await database.drop();
  }
});
