/** The demo's ERP with an account that has exactly the printed grants: it can write what commands write, and nothing beside. */
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkSource, openSource } from "#gateway";
import gateway from "../../../demo/gateway.ts";
import { type RestrictedAccount, restrictOnPostgres } from "../../support/restricted-account.ts";
import { type DemoDatabases, demoDatabases } from "./databases.ts";

let databases: DemoDatabases;
let account: RestrictedAccount;
let client: pg.Client;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  account = await restrictOnPostgres(gateway, [databases.live.url]);
  client = new pg.Client({ connectionString: account.url(databases.live.url) });
  await client.connect();
}, 120_000);
afterAll(async () => {
  await client.end();
  await databases.drop();
  await account.drop();
});

async function attempt(statement: string): Promise<string> {
  await client.query("BEGIN");
  try {
    await client.query(statement);
    return "done";
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? "") : String(error);
  } finally {
    await client.query("ROLLBACK");
  }
}

it.each([
  ["locks an order and its lines", `SELECT "ORDNO" FROM "OEHDR" LIMIT 1 FOR UPDATE; SELECT "ORDNO" FROM "OELIN" LIMIT 1 FOR UPDATE`],
  ["changes a customer's telephone", `UPDATE "CUSMAS" SET "PHONE" = '1'`],
  ["changes an address", `UPDATE "CUSSHP" SET "SHCTY" = 'X'`],
  ["reads and writes receipts", "DELETE FROM sluice.receipt; SELECT version FROM sluice.footprint"],
])("%s", async (_, statement) => {
  expect(await attempt(statement)).toBe("done");
});

it.each([
  ["a customer's credit limit", `UPDATE "CUSMAS" SET "CRDLIM" = 1`],
  ["an order's state", `UPDATE "OEHDR" SET "ORDST" = '90'`],
  ["a posted payment", `DELETE FROM "ARPAY"`],
  ["a payment that waits to be imported", `UPDATE "PAYIMP" SET "IMPST" = 'P'`],
  ["the version of the footprint's tables", "DROP TABLE sluice.receipt"],
])("does not change %s", async (_, statement) => {
  expect(await attempt(statement)).toBe("42501");
});

it("finds the footprint, and all that is bound", async () => {
  const database = openSource("postgres", {
    url: account.url(databases.live.url),
    maxConnections: 1,
    ...{ acquireTimeoutMs: 5_000, statementTimeoutMs: 20_000, lockTimeoutMs: 1_000, prepare: false, applicationName: "test" },
  });
  try {
    const report = await checkSource(gateway.resources, database, undefined);
    expect([report.footprint, report.resources.filter(({ broken }) => broken)]).toEqual([undefined, []]);
  } finally {
    await database.close();
  }
});
