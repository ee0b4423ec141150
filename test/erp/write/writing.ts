/** A small ERP for tests of writing, on either database, with the gateway's own pool beside the ERP's connection. */
import { code, decimal, defineContract, defineSource, group, integer, lines, type Source, text, wire, z } from "sluice";
import type { BoundResource, DialectName } from "#erp/binding/source.ts";
import type { Catalog, Dialect, ErpDatabase, WriteTransaction } from "#erp/dialects/dialect.ts";
import { physicalName, tablesOf } from "#erp/read/relation.ts";
import { insert, update } from "#erp/write/command.ts";

export interface ShopTables {
  HDR: { NO: string; CO: string; CUS: string; DEL: string; TYP: string; NAM: string; TOTAL: number };
  ARC: { NO: string; CO: string; CUS: string; DEL: string; TYP: string; NAM: string; TOTAL: number };
  CST: { CUS: string; ACC: string; TITLE: string };
  EXT: { NO: string; MEMO: string };
  LIN: { CO: string; NO: string; SEQ: number; ITM: string; QTY: number; DEL: string };
  SCH: { NO: string; SEQ: number; DAY: number };
  NUMS: { ID: number; VAL: string };
}

/** Statements that both databases take; names are quoted by `q`. */
export function shopDdl(q: (name: string) => string, numbered: string): readonly string[] {
  const header = `(${q("NO")} char(6) NOT NULL, ${q("CO")} char(2) NOT NULL, ${q("CUS")} char(4) NOT NULL, ${q("DEL")} char(1) NOT NULL DEFAULT ' ', ${q("TYP")} char(2) NOT NULL, ${q("NAM")} varchar(20) NOT NULL DEFAULT '', ${q("TOTAL")} int NOT NULL DEFAULT 0, PRIMARY KEY (${q("CO")}, ${q("NO")}))`;
  return [
    `CREATE TABLE ${q("x_HDR")} ${header}`,
    `CREATE TABLE ${q("x_ARC")} ${header}`,
    `CREATE TABLE ${q("x_CST")} (${q("CUS")} char(4) PRIMARY KEY, ${q("ACC")} char(4) NOT NULL, ${q("TITLE")} varchar(20) NOT NULL)`,
    `CREATE TABLE ${q("x_EXT")} (${q("NO")} char(6) PRIMARY KEY, ${q("MEMO")} varchar(20) NOT NULL)`,
    `CREATE TABLE ${q("x_LIN")} (${q("CO")} char(2) NOT NULL, ${q("NO")} char(6) NOT NULL, ${q("SEQ")} int NOT NULL, ${q("ITM")} char(4) NOT NULL, ${q("QTY")} int NOT NULL, ${q("DEL")} char(1) NOT NULL DEFAULT ' ', PRIMARY KEY (${q("CO")}, ${q("NO")}, ${q("SEQ")}))`,
    `CREATE TABLE ${q("x_SCH")} (${q("NO")} char(6) NOT NULL, ${q("SEQ")} int NOT NULL, ${q("DAY")} int NOT NULL, PRIMARY KEY (${q("NO")}, ${q("SEQ")}, ${q("DAY")}))`,
    `CREATE TABLE ${q("x_NUMS")} (${q("ID")} ${numbered} PRIMARY KEY, ${q("VAL")} varchar(10) NOT NULL)`,
    `INSERT INTO ${q("x_CST")} VALUES ('C1', 'A1', 'One'), ('C2', 'A2', 'Two')`,
    `INSERT INTO ${q("x_HDR")} VALUES ('1', '01', 'C1', ' ', 'SO', 'first', 100), ('2', '01', 'C2', ' ', 'SO', 'second', 200), ('3', '01', 'C1', 'D', 'SO', 'deleted', 0), ('4', '02', 'C1', ' ', 'SO', 'elsewhere', 0), ('5', '01', 'C1', ' ', 'SO', 'another', 5)`,
    `INSERT INTO ${q("x_ARC")} VALUES ('9', '01', 'C1', ' ', 'SO', 'archived', 900)`,
    `INSERT INTO ${q("x_EXT")} VALUES ('1', 'memo'), ('2', 'memo')`,
    `INSERT INTO ${q("x_LIN")} VALUES ('01', '1', 1, 'I1', 10, ' '), ('01', '1', 2, 'I2', 20, 'D'), ('01', '2', 1, 'I1', 30, ' '), ('02', '1', 1, 'I1', 40, ' ')`,
    `INSERT INTO ${q("x_SCH")} VALUES ('1', 1, 20260131), ('2', 1, 20260131)`,
  ];
}

const Order = z.object({
  id: wire.id(),
  name: z.string(),
  total: wire.decimal(),
  memo: z.string().nullable(),
  kind: z.enum(["order"]),
  customer: z.object({ title: z.string() }),
  lines: z.array(z.object({ no: z.int(), item: z.string(), quantity: z.int(), schedule: z.array(z.object({ day: z.int() })) })),
});

/** Orders whose account stands on the customer, with a memo beside them, and lines with a schedule. */
export function shopOrders(dialect: DialectName, schema?: string): BoundResource {
  const orders = defineContract({
    name: "orders",
    singular: "order",
    team: "t",
    summary: "s",
    model: Order,
    reads: { list: { scope: "orders:read" }, get: { scope: "orders:read" } },
    commands: {
      place: { scope: "orders:write", input: Order.pick({ name: true }) },
      amend: { scope: "orders:write", input: Order.pick({ name: true, memo: true }), on: "one", as: "update" },
    },
    owner: { name: "partner", memo: "partner" },
  });
  const erp: Source<ShopTables> = defineSource<ShopTables>({ name: "erp", dialect, tablePrefix: "x_", ...(schema !== undefined && { schema }) });
  return erp.bind(orders, {
    table: "HDR",
    alsoIn: ["ARC"],
    key: "NO",
    joins: { c: { table: "CST", on: { CUS: "CUS" } }, e: { table: "EXT", on: { NO: "NO" }, optional: true } },
    account: "c.ACC",
    where: { CO: "01", DEL: { not: "D" }, TYP: "SO" },
    fields: {
      name: text("NAM"),
      total: decimal("TOTAL", { scale: 2 }),
      memo: text("e.MEMO"),
      kind: code("TYP", { SO: "order" }),
      customer: group({ title: text("c.TITLE") }),
      lines: lines(
        "LIN",
        { CO: "CO", NO: "NO" },
        {
          no: integer("SEQ"),
          item: text("ITM"),
          quantity: integer("QTY"),
          schedule: lines("SCH", { NO: "NO", SEQ: "SEQ" }, { day: integer("DAY") }, { sort: ["DAY"] }),
        },
        { sort: ["SEQ"], where: { DEL: { not: "D" } } },
      ),
    },
    commands: { place: insert(), amend: update() },
  });
}

export async function describeShop(database: ErpDatabase, dialect: Dialect, resource: BoundResource): Promise<Catalog> {
  const tables = [...tablesOf(resource.binding), "NUMS"].map((table) => physicalName(resource.source, table));
  return dialect.describe(database, resource.source.schema, tables);
}

/** Runs work in a transaction that is rolled back, unless `work` commits it. */
export function within<T>(database: ErpDatabase, work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
  if (database.transact === undefined) throw new Error("no transactions");
  return database.transact(work);
}
