/** What is written into Postgres columns reads as what was written. */
import fc from "fast-check";
import pg from "pg";
import { code, dateTime, flag, text } from "sluice";
import { afterAll, beforeAll, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";
import { commonCases, holdLaw } from "./law.ts";

let database: TestDatabase;
let pool: OpenDatabase;
let writer: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  pool = openPostgres({
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

const instants = fc.date({ min: new Date("1000-01-02"), max: new Date("9999-12-30"), noInvalidDate: true }).map((at) => at.toISOString());

test("every conversion, on every kind of column it takes", async () => {
  await holdLaw(
    {
      ...commonCases({ bytes: "bytea" }),
      codeInBoolean: { conversion: (c = "") => code(c, { true: "yes", false: "no" }), columns: ["boolean NOT NULL"], good: fc.constantFrom("yes", "no") },
      flagInNumeric: { conversion: (c = "") => flag(c), columns: ["numeric(1,0) NOT NULL"], good: fc.boolean() },
      uuid: { conversion: (c = "") => text(c), columns: ["uuid NOT NULL"], good: fc.uuid(), wild: fc.string() },
      withZone: {
        conversion: (c = "") => dateTime(c, { zone: "Europe/Berlin" }),
        columns: ["timestamptz NOT NULL"],
        good: fc.oneof(
          instants,
          fc.integer({ min: 0, max: 7200 }).map((second) => new Date(Date.parse("2026-10-25T00:00:00Z") + second * 1000).toISOString()),
        ),
        same: (left, right) => Date.parse(String(left)) === Date.parse(String(right)),
      },
    },
    postgresDialect,
    "postgres",
    pool,
    (ddl) => writer.query(ddl),
    async (table, row) => {
      const columns = Object.keys(row);
      await writer.query(
        `INSERT INTO ${table} (${columns.map((column) => `"${column}"`).join(", ")}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(", ")})`,
        Object.values(row),
      );
    },
  );
}, 60_000);
