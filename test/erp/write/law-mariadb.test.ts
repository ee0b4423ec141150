/** What is written into MariaDB columns reads as what was written. */
import fc from "fast-check";
import mysql from "mysql2/promise";
import { bits, code, date, dateTime, decimal, integer, text } from "sluice";
import { afterAll, beforeAll, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { mariadbDialect } from "#erp/dialects/mariadb/mariadb-dialect.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.ts";
import { describeWith } from "../../support/requires.ts";
import { commonCases, holdLaw } from "./law.ts";

describeWith("mariadb", "MariaDB", (at) => {
  let database: MariadbDatabase;
  let pool: OpenDatabase;
  let writer: mysql.Connection;

  beforeAll(async () => {
    database = await createMariadbDatabase(at);
    writer = await mysql.createConnection({ uri: database.url, charset: "utf8mb4" });
    await writer.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'");
    pool = openMariadb({
      url: database.url,
      maxConnections: 2,
      acquireTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 1_000,
      prepare: true,
      applicationName: "test",
    });
  });
  afterAll(async () => {
    await pool.close();
    await writer.end();
    await database.drop();
  });

  test("every conversion, on every kind of column it takes", async () => {
    const western = fc.array(fc.constantFrom("a", "ü", "€", "'"), { maxLength: 10 }).map((all) => all.join(""));
    const wild = fc.string({ unit: "binary" });
    await holdLaw(
      {
        ...commonCases({ bytes: "blob", numeric: "decimal", real: "float", "timestamp(0)": "datetime", "timestamp(3)": "datetime(3)" }),
        latin1Column: { conversion: (c = "") => text(c), columns: ["varchar(10) CHARACTER SET latin1 NOT NULL"], good: western, wild },
        utf8mb3: { conversion: (c = "") => text(c), columns: ["varchar(10) CHARACTER SET utf8mb3 NOT NULL"], good: western, wild },
        tinytext: {
          conversion: (c = "") => text(c),
          columns: ["tinytext CHARACTER SET utf8mb4 NOT NULL"],
          good: western,
          wild: fc.string({ unit: "binary", minLength: 60, maxLength: 100 }),
        },
        fixedBytes: { conversion: (c = "") => text(c, { encoding: "latin1" }), columns: ["binary(12) NOT NULL"], good: western, wild },
        enum: {
          conversion: (c = "") => code(c, { new: "new", "it's": "theirs" }),
          columns: ["enum('new','it''s') NOT NULL"],
          good: fc.constantFrom("new", "theirs"),
        },
        unsigned: { conversion: (c = "") => integer(c), columns: ["tinyint unsigned NOT NULL"], good: fc.integer({ min: 0, max: 255 }), wild: fc.integer() },
        year: {
          conversion: (c = "") => integer(c),
          columns: ["year NOT NULL"],
          good: fc.integer({ min: 1901, max: 2155 }),
          wild: fc.integer({ min: -1, max: 3000 }),
        },
        bitField: {
          conversion: (c = "") => bits(c, { 1: "a", 2: "b", 128: "c" }, { whenWritten: "clear-unnamed" }),
          columns: ["bit(9) NOT NULL"],
          good: fc.subarray(["a", "b", "c"]),
        },
        unsignedDecimal: {
          conversion: (c = "") => decimal(c, { places: 2 }),
          columns: ["decimal(6,2) unsigned NOT NULL"],
          good: fc.integer({ min: 0, max: 9999 }).map((value) => `${value}.25`),
          wild: fc.integer().map(String),
          same: (left, right) => Number(left) === Number(right),
        },
        zeroDate: {
          conversion: (c = "") => date(c, { as: "native", nullWhen: ["0000-00-00"] }),
          columns: ["date NOT NULL"],
          good: fc.constantFrom(null, "2026-01-31"),
        },
        counted: {
          conversion: (c = "") => dateTime(c, { zone: "UTC" }),
          columns: ["timestamp NULL"],
          good: fc.constantFrom("1970-01-01T00:00:01Z", "2038-01-19T03:14:07Z", "2026-07-01T12:00:00Z"),
          wild: fc.date({ min: new Date("1900-01-01"), max: new Date("2200-01-01"), noInvalidDate: true }).map((moment) => moment.toISOString()),
          same: (left, right) => Date.parse(String(left)) === Date.parse(String(right)),
        },
      },
      mariadbDialect,
      "mariadb",
      pool,
      (ddl) => writer.query(ddl),
      async (table, row) => {
        const columns = Object.keys(row);
        const sent = Object.values(row).map((value) => (typeof value === "number" ? String(value) : value instanceof Uint8Array ? Buffer.from(value) : value));
        await writer.execute(
          `INSERT INTO ${table} (${columns.map((column) => `\`${column}\``).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
          sent,
        );
      },
    );
  }, 60_000);
});
