/** Reading through the MariaDB dialect: its catalogue, collations, NULLs in the order, several ties, odd types. */
import { bits, code, dateTime, decimal, defineSource, expression, flag, fromRows, integer, lines, lookup, ref, sharedOrOwn, sql, text, wire, z } from "sluice";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Filter, Position } from "#contract/list-query.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog, Statement } from "#erp/dialects/dialect.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { mariadbDialect } from "#erp/dialects/mariadb/mariadb-dialect.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { physicalName, tablesOf } from "#erp/read/relation.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../../support/mariadb.ts";
import { describeWith } from "../../../support/requires.ts";
import { contractOf } from "../../support/contract.ts";
import { filter, listQuery, type Query, range } from "../../support/reading.ts";

interface Tables {
  doc: {
    Company: string;
    No: string;
    cust: string;
    weight: number | null;
    total: number;
    active: number;
    mask: number;
    state: string;
    at: string;
    latin: string | null;
    small: number;
    big: string;
  };
  line: { Company: string; DocNo: string; pos: number; item: string; qty: string };
  item: { No: string; name: string };
}

const ddl = `
  SET sql_mode = '';
  CREATE TABLE x_doc (Company CHAR(2) NOT NULL, No VARCHAR(10) NOT NULL, cust VARCHAR(10) NOT NULL, weight INT NULL, total DOUBLE NOT NULL, active BIT(1) NOT NULL, mask INT NOT NULL,
    state ENUM('N','D') NOT NULL, at DATETIME(6) NOT NULL, latin VARCHAR(20) CHARACTER SET latin1 NULL, small TINYINT UNSIGNED NOT NULL, big BIGINT NOT NULL, PRIMARY KEY (Company, No)) CHARACTER SET utf8mb3;
  CREATE TABLE x_line (Company CHAR(2) NOT NULL, DocNo VARCHAR(12) NOT NULL, pos INT NOT NULL, item VARCHAR(10) NOT NULL, qty DECIMAL(12,3) NOT NULL, PRIMARY KEY (Company, DocNo, pos)) CHARACTER SET utf8mb3;
  CREATE TABLE x_item (No VARCHAR(10) PRIMARY KEY, name VARCHAR(20) NOT NULL) CHARACTER SET utf8mb3;
  INSERT INTO x_doc VALUES
    ('01', 'A1', 'C1', NULL, 0.1 + 0.2e0, b'1', 5, 'N', '2026-01-31 09:30:00.123456', 'Zoë', 255, 9007199254740993),
    ('01', 'A2', 'C1', 3, 1.005, b'0', 0, 'D', '2026-07-01 00:00:00', NULL, 0, -1),
    ('01', 'B1', '', 3, 2, b'1', 2, 'N', '2026-07-01 00:00:00', '€', 1, 0),
    ('02', 'A1', 'c1', NULL, 2, b'0', 0, 'N', '2026-07-01 00:00:00', 'x', 1, 0),
    ('02', 'A2', 'C1', 1, 2, b'0', 0, 'N', '2026-07-01 00:00:00', 'x', 1, 0),
    ('02', 'Z', 'C2', 1, 2, b'0', 0, 'N', '2026-07-01 00:00:00', 'x', 1, 0);
  INSERT INTO x_line VALUES ('01', 'a1', 1, 'I1', 1.5), ('01', 'A1', 2, 'i1', 2), ('02', 'A1', 1, 'I1', 3), ('01', 'A2 ', 1, 'I2', 4), ('02', 'Z', 1, 'I1', 9);
  INSERT INTO x_item VALUES ('I1', 'Nut');`;

const erp = defineSource<Tables>({ name: "erp", dialect: "mariadb", tablePrefix: "x_" });
const docs = contractOf(
  {
    weight: z.int().nullable(),
    total: wire.decimal(),
    active: z.boolean(),
    attributes: z.array(z.enum(["heavy", "fragile"])),
    state: z.enum(["new", "done", "counted"]),
    at: wire.dateTime(),
    latin: z.string().nullable(),
    small: z.int(),
    big: wire.decimal(),
    lines: z.array(z.object({ pos: z.int(), item_id: wire.id(), item: z.string().nullable(), quantity: wire.decimal() })),
  },
  { filter: ["total", "active", "state", "at", "latin", "small", "big"], sort: ["id", "weight", "total", "at"] },
);
const counted = fromRows("line", { Company: "Company", DocNo: "No" }, ["pos"], "integer", (c) => sql`COUNT(${c.pos})`);
const bound = erp.bind(docs, {
  table: "doc",
  key: ["Company", "No"],
  account: sharedOrOwn("cust", [""]),
  fields: {
    weight: integer("weight"),
    total: decimal("total", { places: 2 }),
    active: flag("active"),
    attributes: bits("mask", { 1: "heavy", 4: "fragile" }),
    state: code(
      expression({ state: "state", counted }, ["N", "D", "C"], (c) => sql`CASE WHEN ${c.counted} > 1 THEN 'C' ELSE ${c.state} END`),
      { N: "new", D: "done", C: "counted" },
    ),
    at: dateTime("at", { zone: "Europe/Berlin" }),
    latin: text("latin"),
    small: integer("small"),
    big: decimal("big"),
    lines: lines(
      "line",
      { Company: "Company", DocNo: "No" },
      { pos: integer("pos"), item_id: ref("items", "item"), item: text(lookup("item", { No: "item" }, "name")), quantity: decimal("qty") },
      { sort: ["pos"] },
    ),
  },
});

describeWith("mariadb", "reading from MariaDB", (at) => {
  let database: MariadbDatabase;
  let open: OpenDatabase;
  let catalog: Catalog;
  const statements: Statement[] = [];
  beforeAll(async () => {
    database = await createMariadbDatabase(at);
    await database.run(ddl);
    open = openMariadb({
      url: database.url,
      maxConnections: 2,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 1_000,
      prepare: true,
      applicationName: "test",
    });
    catalog = await mariadbDialect.describe(
      open,
      undefined,
      [...tablesOf(bound.binding)].map((table) => physicalName(bound.source, table)),
    );
  });
  afterAll(async () => {
    await open?.close();
    await database?.drop();
  });

  const caller = (accounts: readonly string[]) => ({
    accounts,
    catalog,
    database: {
      query(statement: Statement) {
        statements.push(statement);
        return open.query(statement);
      },
    },
    drift: (note: object) => {
      throw new Error(JSON.stringify(note));
    },
  });
  const fields = ["id", ...Object.keys(bound.binding.fields)];
  async function walk(query: Query, accounts = ["C1"], resource: BoundResource = bound): Promise<readonly unknown[]> {
    const ids: unknown[] = [];
    let after: Position | null = null;
    do {
      const page: Awaited<ReturnType<ReturnType<typeof resourceReader>["list"]>> = await resourceReader(resource, mariadbDialect).list(
        caller(accounts),
        listQuery({ fields: ["id"], ...query }, fields),
        after,
      );
      ids.push(...page.items.map((item) => item["id"]));
      after = page.next === null ? null : JSON.parse(JSON.stringify(page.next));
    } while (after !== null);
    return ids;
  }
  const find = (...filters: readonly Filter[]) => walk({ filters });
  const get = (id: string, accounts = ["C1"]) => resourceReader(bound, mariadbDialect).get(caller(accounts), id, fields);

  test("the catalogue knows prefixes, types, ranges and character sets", () => {
    const columns = catalog.get("x_doc");
    expect([...(columns ?? [])].map(([name, info]) => [name, info.type, info.nullable, info.min, info.max])).toEqual([
      ["Company", "text", false, undefined, undefined],
      ["No", "text", false, undefined, undefined],
      ["cust", "text", false, undefined, undefined],
      ["weight", "integer", true, -(2n ** 31n), 2n ** 31n - 1n],
      ["total", "float", false, undefined, undefined],
      ["active", "integer", false, 0n, 1n],
      ["mask", "integer", false, -(2n ** 31n), 2n ** 31n - 1n],
      ["state", "text", false, undefined, undefined],
      ["at", "timestamp", false, undefined, undefined],
      ["latin", "text", true, undefined, undefined],
      ["small", "integer", false, 0n, 255n],
      ["big", "integer", false, -(2n ** 63n), 2n ** 63n - 1n],
    ]);
    const holds = (column: string) => ["a", "ë", "€", "Ω", "😀"].filter((text) => columns?.get(column)?.holds?.(text) !== false).join("");
    expect([holds("latin"), holds("No")]).toEqual(["aë€", "aë€Ω"]);
  });

  test("a row reads as its contract says", async () => {
    expect((await get("01~A1"))?.item).toEqual({
      id: "01~A1",
      weight: null,
      total: "0.30",
      active: true,
      attributes: ["heavy", "fragile"],
      state: "counted",
      at: "2026-01-31T08:30:00.123Z",
      latin: "Zoë",
      small: 255,
      big: "9007199254740993",
      lines: [
        { pos: 1, item_id: "I1", item: "Nut", quantity: "1.500" },
        { pos: 2, item_id: "i1", item: "Nut", quantity: "2.000" },
      ],
    });
  });

  test("walks are complete in pages of any size, with NULLs in the order, doubles and mixed directions", async () => {
    const mine = ["01~A1", "01~A2", "01~B1", "02~A1", "02~A2"];
    for (const sort of [
      [],
      ["id"],
      ["-id"],
      ["weight"],
      ["-weight"],
      ["weight", "-id"],
      ["-weight", "id"],
      ["total"],
      ["-total", "weight"],
      ["at", "-weight"],
    ]) {
      const whole = await walk({ sort, limit: 200 });
      expect([...whole].sort(), sort.join()).toEqual(mine);
      for (const limit of [1, 2, 3]) expect(await walk({ sort, limit }), `${sort.join()} by ${limit}`).toEqual(whole);
    }
    expect(await walk({ sort: ["weight"] })).toEqual(["01~A1", "02~A1", "02~A2", "01~A2", "01~B1"]);
    expect(await walk({ sort: ["-weight"] })).toEqual(["01~B1", "01~A2", "02~A2", "02~A1", "01~A1"]);
  });

  test("an id names exactly one thing, though the collation knows no case and no trailing spaces", async () => {
    for (const id of ["01~a1", "01~A1!20", "01~Á1", "1~A1", "01~A1~", "01~!"]) expect(await get(id), id).toBeUndefined();
  });

  test("child rows find their parents by several columns, in whatever case and padding they are spelt", async () => {
    statements.length = 0;
    const page = await resourceReader(bound, mariadbDialect).list(caller(["C1"]), listQuery({ fields: ["id", "lines"] }, fields), null);
    const lengths = page.items.map((item) => [item["id"], Array.isArray(item["lines"]) ? item["lines"].length : undefined]);
    expect(lengths).toEqual([
      ["01~A1", 2],
      ["01~A2", 1],
      ["01~B1", 0],
      ["02~A1", 1],
      ["02~A2", 0],
    ]);
    expect(statements).toHaveLength(2);
  });

  test("lists of all lengths need few statements", async () => {
    statements.length = 0;
    for (let length = 1; length <= 16; length += 1) await find(filter("big", ...Array.from({ length }, (_, index) => String(index + 1))));
    expect(new Set(statements.map(({ text }) => text)).size).toBe(5);
  });

  test("filters say what the fields show", async () => {
    expect(await find(filter("total", "0.3"))).toEqual(["01~A1"]);
    expect(await find(filter("active", "true"))).toEqual(["01~A1", "01~B1"]);
    expect(await find(filter("active", "false"))).toEqual(["01~A2", "02~A1", "02~A2"]);
    expect(await find(filter("state", "counted"))).toEqual(["01~A1"]);
    expect(await find(filter("state", "done", "counted"))).toEqual(["01~A1", "01~A2"]);
    expect(await find(filter("at", "2026-01-31T08:30:00.123Z"))).toEqual(["01~A1"]);
    expect(await find(range("at", "gt", "2026-06-30T21:59:59.000Z"))).toEqual(["01~A2", "01~B1", "02~A1", "02~A2"]);
    expect(await find(filter("big", "9007199254740993"))).toEqual(["01~A1"]);
    expect(await find(filter("big", "9007199254740992"))).toEqual([]);
    expect(await find(range("small", "gte", "256"))).toEqual([]);
    expect(await find(filter("latin", "€"))).toEqual(["01~B1"]);
    expect(await find(filter("latin", "😀", "Ω", "Zoë"))).toEqual(["01~A1"]);
  });

  test("accounts see their own rows and everyone's; characters that no account can have match none", async () => {
    expect(await walk({}, ["C2"])).toEqual(["01~B1", "02~Z"]);
    expect(await walk({}, ["😀", "", "%", "C1' OR '1'='1"])).toEqual(["01~B1"]);
    expect(await walk({}, [])).toEqual(["01~B1"]);
    expect(await get("02~Z")).toBeUndefined();
  });
});
