/** What the ERP overwrites of partners' own fields is found once per change, and nothing else is. */
import { randomBytes } from "node:crypto";
import { defineContract, defineSource, text, wire, z } from "sluice";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { bodySeal } from "#erp/write/body-seal.ts";
import { update } from "#erp/write/command.ts";
import { conflictLog, conflictSalt } from "#erp/write/conflict-log.ts";
import type { NewConflict } from "#erp/write/conflict-record.ts";
import { conflictTable } from "#erp/write/conflict-table.ts";
import { overwrittenFinder } from "#erp/write/overwritten.ts";
import { onBoth, seal, secret } from "./support/tables.ts";

interface Erp {
  readonly DOC: { readonly NO: string; readonly CUS: string; readonly REF: string; readonly WISH: string; readonly CITY: string };
}

const Doc = z.object({ id: wire.id(), reference: z.string(), wish: z.string(), ship_to: z.string() });
const contract = defineContract({
  ...{ name: "docs", singular: "doc", team: "t", summary: "s", model: Doc, reads: { get: { scope: "docs:read" } } },
  commands: {
    make: { scope: "docs:write", input: Doc.omit({ id: true }) },
    change: { scope: "docs:write", on: "one", as: "update", input: Doc.omit({ id: true }).partial() },
    remove: { scope: "docs:write", on: "one", as: "delete" },
  },
  owner: { reference: "partner", ship_to: "partner", wish: "shared" },
});

const ddl = (quote: string) =>
  `CREATE TABLE ${quote}DOC${quote} (${["NO", "CUS", "REF", "WISH", "CITY"].map((name) => `${quote}${name}${quote} VARCHAR(20)`).join(", ")}, PRIMARY KEY (${quote}NO${quote}))`;

onBoth("what the ERP overwrites", { postgres: ddl('"'), mariadb: ddl("`") }, (tables) => {
  const { dialect } = tables.source;
  const quote = dialect === "postgres" ? '"' : "`";
  const bound = defineSource<Erp>({ name: "erp", dialect }).bind(contract, {
    table: "DOC",
    key: "NO",
    account: "CUS",
    fields: { reference: text("REF"), wish: text("WISH"), ship_to: text("CITY") },
    commands: { make: async () => "A", change: update(), remove: async () => undefined },
  });
  const reader = resourceReader(bound, tables.dialect, "salt");
  let clock = Date.parse("2026-11-24T12:00:00Z");
  const now = () => clock++;
  const partsWith = (of: Uint8Array) => ({
    source: bound.source,
    dialect: tables.dialect,
    seal: of === secret ? seal : bodySeal({ current: of, previous: [secret] }),
    salt: conflictSalt(of),
    now,
  });
  const parts = partsWith(secret);
  const log = conflictLog({ ...parts, resource: bound });
  const finder = overwrittenFinder({ ...parts, resources: [{ resource: bound, reader }] });

  let open: OpenDatabase | undefined;
  function database(): OpenDatabase {
    const options = {
      ...{ url: tables.url(), maxConnections: 3, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000 },
      ...{ prepare: true, applicationName: "test" },
    };
    open ??= dialect === "postgres" ? openPostgres(options) : openMariadb(options);
    return open;
  }
  afterAll(() => open?.close());

  const columnOf: Readonly<Record<string, string>> = { reference: "REF", wish: "WISH", ship_to: "CITY" };
  const catalog = () => tables.dialect.describe(database(), undefined, ["DOC"]);
  const caller = async () => ({ database: database(), catalog: await catalog(), drift: () => undefined });
  const erpSets = (no: string, field: string, value: string) =>
    tables.erp(`UPDATE ${quote}DOC${quote} SET ${quote}${columnOf[field]}${quote} = '${value}' WHERE ${quote}NO${quote} = '${no}'`);

  /** As a write does: the effect, then what is to be noted of it. */
  async function partner(command: "make" | "change" | "remove", no: string, input: Readonly<Record<string, string>> = {}): Promise<void> {
    if (command === "make") await tables.erp(`INSERT INTO ${quote}DOC${quote} VALUES ('${no}', 'C', 'r', 'w', 's')`);
    if (command === "remove") await tables.erp(`DELETE FROM ${quote}DOC${quote} WHERE ${quote}NO${quote} = '${no}'`);
    for (const [field, value] of Object.entries(input)) await erpSets(no, field, value);
    const after = await reader.get({ ...(await caller()), accounts: ["C"] }, no, ["id", "reference", "wish", "ship_to"]);
    const call = { command, input, partner: "p1", keyHash: randomBytes(16) };
    for (const statement of log.statements({ call, id: no, conflicts: [], after })) await tables.execute(statement);
  }

  /** One walk over everything, in rounds of two fields. */
  async function sweep(using = finder): Promise<readonly Pick<NewConflict, "thing" | "field" | "erpValue" | "partnerValue">[]> {
    const found: NewConflict[] = [];
    let next: Awaited<ReturnType<typeof finder.round>>["next"];
    do {
      const round = await using.round(await caller(), next, 2);
      found.push(...round.found);
      next = round.next;
    } while (next !== undefined);
    return found.map(({ thing, field, erpValue, partnerValue }) => ({ thing, field, erpValue, partnerValue }));
  }

  const records = async () => {
    const table = conflictTable(bound.source, tables.dialect, seal, parts.salt);
    return table.read(await tables.query(table.list({}, undefined, 100)));
  };
  const writtenRows = async () =>
    (await tables.query({ text: `SELECT thing, field FROM ${dialect === "postgres" ? "sluice.written" : "sluice_written"}`, values: [] })).length;

  beforeEach(async () => {
    await tables.erp(`DELETE FROM ${quote}DOC${quote}`);
    for (const name of ["written", "conflict"]) await tables.erp(`DELETE FROM ${dialect === "postgres" ? "sluice." : "sluice_"}${name}`);
  });

  test("a partner's own field that the ERP changed is found once, and is on record for a person", async () => {
    await partner("make", "A", { reference: "mine", ship_to: "Ulm", wish: "soon" });
    await partner("make", "B", { reference: "mine too" });
    expect(await sweep()).toEqual([]);

    await erpSets("A", "ship_to", "Bonn");
    const conflict = { thing: "A", field: "ship_to", erpValue: "Bonn", partnerValue: "Ulm" };
    expect(await sweep()).toEqual([conflict]);
    expect(await sweep()).toEqual([]);
    expect(await records()).toMatchObject([{ ...conflict, rule: "owner", outcome: "erp", partner: "p1", command: "make" }]);
    expect((await records())[0]?.resolution).toBeUndefined();
  });

  test("each further change is a conflict of its own; a value put right is none", async () => {
    await partner("make", "A", { reference: "mine" });
    await erpSets("A", "reference", "one");
    expect(await sweep()).toHaveLength(1);
    await erpSets("A", "reference", "two");
    expect(await sweep()).toMatchObject([{ erpValue: "two", partnerValue: "mine" }]);
    await erpSets("A", "reference", "mine");
    expect(await sweep()).toEqual([]);
    await erpSets("A", "reference", "two");
    expect(await sweep()).toHaveLength(1);
    expect(await records()).toHaveLength(3);
  });

  test("changes of shared fields, and of what partners did not write, are the ERP's to make", async () => {
    await partner("make", "A", { reference: "mine", wish: "soon" });
    await erpSets("A", "wish", "later");
    await erpSets("A", "ship_to", "Bonn");
    expect(await sweep()).toEqual([]);
  });

  test("what the partner writes anew is what counts from then on", async () => {
    await partner("make", "A", { reference: "mine" });
    await partner("change", "A", { reference: "mine again" });
    expect(await sweep()).toEqual([]);
    await erpSets("A", "reference", "mine");
    expect(await sweep()).toMatchObject([{ erpValue: "mine", partnerValue: "mine again" }]);
  });

  test("things that are gone are forgotten", async () => {
    await partner("make", "A", { reference: "mine", ship_to: "Ulm" });
    await partner("make", "B", { reference: "mine" });
    expect(await writtenRows()).toBe(3);
    await tables.erp(`DELETE FROM ${quote}DOC${quote} WHERE ${quote}NO${quote} = 'A'`);
    expect(await sweep()).toEqual([]);
    expect(await writtenRows()).toBe(1);
    await partner("remove", "B");
    expect(await writtenRows()).toBe(0);
  });

  test("a change of the secret is no change of the values, with the old one at hand or without", async () => {
    await partner("make", "A", { reference: "mine" });
    const renewed = overwrittenFinder({ ...partsWith(randomBytes(32)), resources: [{ resource: bound, reader }] });
    expect(await sweep(renewed)).toEqual([]);
    const stranger = overwrittenFinder({
      ...parts,
      seal: bodySeal({ current: randomBytes(32), previous: [] }),
      salt: "other",
      resources: [{ resource: bound, reader }],
    });
    expect(await sweep(stranger)).toEqual([]);
    await erpSets("A", "reference", "other");
    expect(await sweep(finder)).toHaveLength(1); // compared by value again
  });

  test("two processes that look at the same time find it once", async () => {
    await partner("make", "A", { reference: "mine", ship_to: "Ulm" });
    await erpSets("A", "reference", "one");
    await erpSets("A", "ship_to", "two");
    const sweeps = await Promise.all([sweep(), sweep(), sweep()]);
    expect(sweeps.flat()).toHaveLength(2);
    expect(await records()).toHaveLength(2);
  });

  test("a write that comes between looking and noting is not taken for the ERP's", async () => {
    await partner("make", "A", { reference: "mine" });
    const slow = {
      ...reader,
      look: async (...args: Parameters<typeof reader.look>) => {
        await partner("change", "A", { reference: "mine, later" });
        return reader.look(...args);
      },
    };
    expect(await sweep(overwrittenFinder({ ...parts, resources: [{ resource: bound, reader: slow }] }))).toEqual([]);
    expect(await sweep()).toEqual([]);
  });

  test("another project's resources on the same ERP are left alone", async () => {
    await partner("make", "A", { reference: "mine" });
    expect(await sweep(overwrittenFinder({ ...parts, resources: [] }))).toEqual([]);
    expect(await writtenRows()).toBe(1);
  });

  test("fields that stand as a partner wrote them are told from those the ERP changed", async () => {
    await partner("make", "A", { reference: "mine" });
    await partner("change", "A", { wish: "soon", ship_to: "Ulm" });
    await erpSets("A", "ship_to", "Bonn");
    const standing = await database().transact?.(async (transaction) => {
      const found = await reader.get({ ...(await caller()), database: transaction, accounts: ["C"] }, "A", ["id", "reference", "wish", "ship_to"]);
      return found && log.writtenHere(transaction, "A", found, ["reference", "wish", "ship_to"]);
    });
    expect(standing).toEqual(new Set(["reference", "wish"]));
  });
});
