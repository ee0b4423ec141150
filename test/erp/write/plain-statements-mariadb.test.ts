/** Plain statements on MariaDB: what is written, what is locked, and what is left alone. */
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#erp/binding/sql.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog, Statement, WriteTransaction } from "#erp/dialects/dialect.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { mariadbDialect } from "#erp/dialects/mariadb/mariadb-dialect.ts";
import { resourceReader } from "#erp/read/reader.ts";
import type { ErpTransaction } from "#erp/write/command.ts";
import { erpTransaction } from "#erp/write/erp-transaction.ts";
import { insertedRow } from "#erp/write/inserted-row.ts";
import { lockStatements } from "#erp/write/lock-statements.ts";
import { rowToInsert, updateStatement } from "#erp/write/plain-statements.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.ts";
import { describeWith } from "../../support/requires.ts";
import { describeShop, type ShopTables, shopDdl, shopOrders, within } from "./writing.ts";

const orders = shopOrders("mariadb");
const mine: readonly string[] = ["A1"];

describeWith("mariadb", "MariaDB", (at) => {
  let database: MariadbDatabase;
  let pool: OpenDatabase;
  let erp: mysql.Connection;
  let catalog: Catalog;

  beforeAll(async () => {
    database = await createMariadbDatabase(at);
    erp = await mysql.createConnection({ uri: database.url, rowsAsArray: true, charset: "utf8mb4" });
    await erp.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    for (const statement of shopDdl((name) => `\`${name}\``, "int AUTO_INCREMENT")) await erp.query(statement);
    for (const routine of [
      "CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN 2 * n",
      "CREATE FUNCTION named(doc JSON) RETURNS varchar(20) DETERMINISTIC RETURN JSON_VALUE(doc, '$.x')",
      "CREATE PROCEDURE place(IN n int, IN doc JSON, OUT number varchar(20), INOUT more int) BEGIN SET number = CONCAT('P', n, JSON_VALUE(doc, '$.x'), more); SET more = 12; END",
      "CREATE PROCEDURE answers(n int) BEGIN SELECT n + 1, 'x' UNION SELECT 0, 'y' ORDER BY 1 DESC; END",
      "CREATE PROCEDURE quiet(n int) UPDATE x_HDR SET TOTAL = n WHERE NO = '1' AND CO = '01'",
      "CREATE PROCEDURE refuses() SIGNAL SQLSTATE '45005' SET MESSAGE_TEXT = 'credit limit'",
    ])
      await erp.query(routine);
    pool = openMariadb({
      url: database.url,
      maxConnections: 4,
      acquireTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 1_000,
      prepare: true,
      applicationName: "test",
    });
    catalog = await describeShop(pool, mariadbDialect, orders);
  });
  afterAll(async () => {
    await pool.close();
    await erp.end();
    await database.drop();
  });

  /** Keys of rows that another connection would have to wait for: asked one by one, as the ERP's programs would meet them. */
  async function locked(table: string, keys: readonly string[]): Promise<readonly string[]> {
    const columns = { x_HDR: ["CO", "NO"], x_CST: ["CUS"], x_EXT: ["NO"], x_LIN: ["CO", "NO", "SEQ"], x_SCH: ["NO", "SEQ"] }[table] ?? [];
    const waiting: string[] = [];
    for (const key of keys) {
      const where = columns.map((column) => `\`${column}\` = ?`).join(" AND ");
      await erp.query("START TRANSACTION");
      const taken = await erp.query(`SELECT 1 FROM ${table} WHERE ${where} FOR UPDATE NOWAIT`, key.split("/")).then(
        () => true,
        () => false,
      );
      await erp.query("ROLLBACK");
      if (!taken) waiting.push(key);
    }
    return waiting;
  }

  test("the caller's row, its written extension and its child rows are locked; the customer it hangs on is not", async () => {
    const statements = lockStatements(orders, mariadbDialect, catalog, mine, "1") ?? [];
    await within(pool, async (transaction) => {
      const answers = [];
      for (const statement of statements) answers.push(await transaction.query(statement));
      expect(answers).toEqual([[["1"]], [[1]], [[1], [1]], [[1]]]);
      expect(await locked("x_HDR", ["01/1", "01/2", "01/3", "02/4", "01/5"])).toEqual(["01/1"]);
      expect(await locked("x_EXT", ["1", "2"])).toEqual(["1"]);
      expect(await locked("x_LIN", ["01/1/1", "01/1/2", "01/2/1", "02/1/1"])).toEqual(["01/1/1", "01/1/2"]);
      expect(await locked("x_SCH", ["1/1", "2/1"])).toEqual(["1/1"]);
      expect(await locked("x_CST", ["C1", "C2"])).toEqual([]);
    });
    await expect.poll(() => locked("x_HDR", ["01/1"])).toEqual([]);
  });

  test.each([
    ["another account's", "2"],
    ["a deleted one", "3"],
    ["another company's", "4"],
    ["an archived one", "9"],
    ["none", "77"],
  ])("%s: nothing is answered", async (_what, id) => {
    const [first] = lockStatements(orders, mariadbDialect, catalog, mine, id) ?? [];
    await within(pool, async (transaction) => {
      expect(first === undefined ? [] : await transaction.query(first)).toEqual([]);
    });
  });

  test("a second writer waits, and sees what the first has written", async () => {
    const [first] = lockStatements(orders, mariadbDialect, catalog, mine, "5") ?? [];
    if (first === undefined) throw new Error("no lock");
    const order: string[] = [];
    const read = async (transaction: WriteTransaction) =>
      (await resourceReader(orders, mariadbDialect).get({ database: transaction, catalog, accounts: mine, drift: () => undefined }, "5", ["name"]))?.item;
    await within(pool, async (transaction) => {
      await transaction.query(first);
      const second = within(pool, async (other) => {
        await other.query(first);
        order.push("second");
        return read(other);
      });
      await transaction.execute(updateStatement(orders, mariadbDialect, { NO: "5" }, { NAM: "changed" }));
      order.push("first");
      await transaction.commit();
      expect(await second).toEqual({ name: "changed" });
    });
    expect(order).toEqual(["first", "second"]);
  });

  test("an insert fills in the equal conditions and answers columns; an update is narrowed by all of them, and counts what it finds", async () => {
    await within(pool, async (transaction) => {
      const writing = { source: orders.source, dialect: mariadbDialect, transaction, catalog };
      expect(await insertedRow(writing, "HDR", rowToInsert(orders, { NO: "10", CUS: "C1", NAM: "new" }), ["NO", "TOTAL"])).toEqual(["10", 0]);
      expect(await transaction.query({ text: "SELECT CO, TYP FROM x_HDR WHERE NO = '10'", values: [] })).toEqual([["01", "SO"]]);
      expect(await transaction.execute(updateStatement(orders, mariadbDialect, { NO: "1" }, { NAM: "first" }))).toBe(1); // as it was before
      for (const NO of ["3", "4", "9"]) expect(await transaction.execute(updateStatement(orders, mariadbDialect, { NO }, { NAM: "x" }))).toBe(0);
    });
  });

  describe("the transaction that commands are given", () => {
    const commanded = <T>(work: (it: ErpTransaction<ShopTables>) => Promise<T>, of: Catalog = catalog) =>
      within(pool, (transaction) => work(erpTransaction<ShopTables>(orders.source, mariadbDialect, transaction, of, [{ code: "too-much", status: "12" }])));

    test("rows are inserted, numbered, updated and deleted", () =>
      commanded(async (it) => {
        const [id, value] = await it.insert("NUMS", { VAL: "a" }, ["ID", "VAL"]);
        expect([typeof id, value]).toEqual(["number", "a"]);
        expect(await it.insert("NUMS", { VAL: "b" })).toEqual([]);
        expect(await it.update("NUMS", { VAL: "b" }, { VAL: "c" })).toBe(1);
        expect(await it.delete("NUMS", { VAL: "a" })).toBe(1);
        expect(await it.query(sql`SELECT VAL FROM x_NUMS WHERE VAL <> ${"a"} FOR UPDATE`)).toEqual([["c"]]);
      }));

    test("a server without RETURNING tells the numbered column all the same", async () => {
      await within(pool, async (transaction) => {
        const old = {
          ...transaction,
          query: (statement: Parameters<WriteTransaction["query"]>[0]) =>
            statement.text === "SELECT VERSION()" ? Promise.resolve([["8.0.36"]]) : transaction.query(statement),
        };
        const it = erpTransaction<ShopTables>(orders.source, mariadbDialect, old, new Map(catalog), []);
        const [id, value] = await it.insert("NUMS", { VAL: "z" }, ["ID", "VAL"]);
        expect(value).toBe("z");
        expect(await transaction.query({ text: "SELECT ID FROM x_NUMS WHERE VAL = 'z'", values: [] })).toEqual([[Number(id)]]);
        await expect(it.insert("HDR", { CO: "01" }, ["NO", "TOTAL"])).rejects.toThrow(
          "HDR: this database tells one numbered column of a new row, not NO and TOTAL",
        );
      });
    });

    test("functions and procedures are called by position; a procedure tells by a row, or by its first OUT parameter", () =>
      commanded(async (it) => {
        expect(await it.call("twice", [21])).toBe(42);
        expect(await it.call("named", [{ json: { x: "y" } }])).toBe("y");
        expect(await it.call("place", [7, { json: { x: "y" } }, 3])).toBe("P7y3");
        expect(await it.call("answers", [7])).toBe("8");
        expect(await it.call("quiet", [77])).toBeUndefined();
        expect(await it.query(sql`SELECT TOTAL FROM x_HDR WHERE NO = '1'`)).toEqual([[77]]);
        await expect(it.call("absent", [])).rejects.toThrow("there is no function or procedure absent");
        expect(await it.callForStatus("answers", [1], [2])).toBe(2);
        await expect(it.callForStatus("answers", [11], [0])).rejects.toMatchObject({ code: "too-much" });
      }));

    test("what the ERP signals says its SQLSTATE", async () => {
      const error: unknown = await commanded((it) => it.call("refuses", [])).catch((thrown: unknown) => thrown);
      expect(mariadbDialect.statementError?.(error)).toMatchObject({ sqlstate: "45005", message: expect.stringContaining("credit limit") });
    });
  });

  test("only what the caller may see is there, by one statement", async () => {
    const caller = { database: pool, catalog, accounts: mine, drift: () => undefined };
    const { statement, found } = resourceReader(orders, mariadbDialect).visible(caller, ["1", "2", "3", "4", "9", "!", "1~1", "5"]);
    expect(found(await pool.query(statement as Statement))).toEqual(new Set(["1", "9", "5"]));
  });
});
