/** The table of conflicts: each is kept once, open ones come first, one person decides, and nobody reads values in the database. */
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { bodySeal } from "#erp/write/body-seal.ts";
import type { ConflictRecord, NewConflict } from "#erp/write/conflict-record.ts";
import { type ConflictFilter, type ConflictPosition, conflictTable } from "#erp/write/conflict-table.ts";
import { onBoth, seal } from "./support/tables.ts";

const base: NewConflict = {
  ...{ partner: "p1", resource: "orders", thing: "A~1", field: "requested_on", command: "amend", rule: "review", outcome: "parked" },
  ...{ erpValue: "2026-02-01", partnerValue: "2026-03-01", besides: { reason: "später" }, createdAt: new Date("2026-11-24T12:00:00.123Z") },
};

onBoth("the table of conflicts", { postgres: "", mariadb: "" }, (tables) => {
  const table = () => conflictTable(tables.source, tables.dialect, seal, "salt");

  async function add(occasion: string, ...conflicts: readonly Partial<NewConflict>[]): Promise<void> {
    const insert = table().insert(
      occasion,
      conflicts.map((conflict) => ({ ...base, ...conflict })),
    );
    if (insert !== undefined) await tables.execute(insert);
  }

  const all = async (filter: ConflictFilter = {}): Promise<readonly ConflictRecord[]> =>
    table().read(await tables.query(table().list(filter, undefined, 1000)));
  const clear = () => tables.execute(table().prune(new Date("2100-01-01"), 1000));

  test("a record comes back as it was made, and waits for a person", async () => {
    await add("one", {});
    const [record] = await all();
    expect(record).toEqual({ ...base, id: expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{16}$/), readable: true });
    expect(table().read(await tables.query(table().find(record?.id ?? "")))).toEqual([record]);
  });

  test("the same conflict of the same request is kept once, another request's beside it", async () => {
    const before = (await all()).length;
    await add("one", {});
    await add("one", {}, {});
    expect(await all()).toHaveLength(before);
    await add("two", {});
    await add("one", { erpValue: "2026-02-02" });
    await add("one", { field: "ship_to" });
    expect(await all()).toHaveLength(before + 3);
  });

  test("nobody reads the values in the database", async () => {
    const rows = await tables.query({ text: `SELECT * FROM ${tables.source.dialect === "postgres" ? "sluice.conflict" : "sluice_conflict"}`, values: [] });
    const text = rows
      .map((row) => row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value))).join(" "))
      .join("\n");
    expect(text).toContain("requested_on");
    for (const secretValue of ["2026-02-01", "2026-03-01", "reason"]) expect(text).not.toContain(secretValue);
  });

  test("with another secret the record is there, and its values are not", async () => {
    const other = conflictTable(tables.source, tables.dialect, bodySeal({ current: randomBytes(32), previous: [] }), "salt");
    const [record] = other.read(await tables.query(other.list({}, undefined, 1)));
    expect(record).toMatchObject({ readable: false, erpValue: null, partnerValue: null, field: expect.any(String) });
  });

  test("what a rule decided needs nobody; what was put off does, and what the ERP overwrote", async () => {
    const cases = [
      ["review", "parked", undefined],
      ["owner", "erp", undefined],
      ["owner", "partner", "partner"],
      ["erp-wins", "erp", "erp"],
      ["newest", "partner", "partner"],
      ["reject", "rejected", "nobody's"],
    ] as const;
    for (const [rule, outcome] of cases) await add("cases", { thing: `${rule} ${outcome}`, rule, outcome });
    const records = await all();
    for (const [rule, outcome, took] of cases) {
      const resolution = records.find(({ thing }) => thing === `${rule} ${outcome}`)?.resolution;
      if (took === undefined) expect(resolution).toBeUndefined();
      else expect(resolution).toEqual({ at: base.createdAt, ...(took !== "nobody's" && { took }) });
    }
  });

  test("one person decides; a second one changes nothing", async () => {
    await add("decide", { thing: "decide" });
    const record = (await all({ state: "open" })).find(({ thing }) => thing === "decide");
    const id = record?.id ?? "";
    const first = { at: new Date("2026-11-24T13:00:00Z"), took: "partner", by: "Ada", note: "phoned" } as const;
    expect(await tables.execute(table().resolve(id, first))).toBe(1);
    expect(await tables.execute(table().resolve(id, { ...first, took: "erp", by: "Bob" }))).toBe(0);
    expect(table().read(await tables.query(table().find(id)))).toMatchObject([{ resolution: first }]);
    expect((await all({ state: "open" })).map(({ thing }) => thing)).not.toContain("decide");
  });

  test("a walk over pages of any size sees each record once, open ones first, newest first", async () => {
    for (let index = 0; index < 12; index++)
      await add("walk", {
        thing: `w${index}`,
        partner: index % 2 === 0 ? "even" : "odd",
        resource: "walked",
        createdAt: new Date(base.createdAt.getTime() + (index % 4)),
        ...(index % 3 === 0 && { rule: "erp-wins", outcome: "erp" }),
      });
    const whole = await all({ resource: "walked" });
    expect(whole).toHaveLength(12);
    const order = whole.map(({ resolution, createdAt }) => [resolution === undefined ? 0 : 1, -createdAt.getTime()] as const);
    expect(order).toEqual([...order].sort(([a, x], [b, y]) => a - b || x - y));
    for (const size of [1, 3, 5, 12]) {
      const walked: ConflictRecord[] = [];
      let after: ConflictPosition | undefined;
      for (;;) {
        const page = table().read(await tables.query(table().list({ resource: "walked" }, after, size)));
        const last = page.at(-1);
        if (last === undefined) break;
        walked.push(...page);
        after = table().positionOf(last);
      }
      expect(walked).toEqual(whole);
    }
    expect((await all({ resource: "walked", partner: "odd", state: "resolved" })).map(({ thing }) => thing).sort()).toEqual(["w3", "w9"]);
  });

  test("old records go once they are decided, some at a time; open ones stay", async () => {
    await clear();
    expect((await all()).every(({ resolution }) => resolution === undefined)).toBe(true);
    for (let index = 0; index < 3; index++) await add("old", { thing: `o${index}`, rule: "erp-wins", outcome: "erp" });
    expect(await tables.execute(table().prune(base.createdAt, 10))).toBe(0);
    expect(await tables.execute(table().prune(new Date(base.createdAt.getTime() + 1), 2))).toBe(2);
    expect(await tables.execute(table().prune(new Date(base.createdAt.getTime() + 1), 2))).toBe(1);
  });
});
