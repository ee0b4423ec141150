/** The printed grants suffice for locking and for plain writing, on both databases, and allow nothing beside it. */
import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import pg from "pg";
import { stage, wire, z } from "sluice";
import { describe, expect, test } from "vitest";
import type { BoundResource, DialectName } from "#erp/binding/source.ts";
import { grantsFor } from "#erp/check/grants.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { type AnyCommand, insert, update } from "#erp/write/command.ts";
import { erpTransaction } from "#erp/write/erp-transaction.ts";
import { insertedRow } from "#erp/write/inserted-row.ts";
import { lockStatements } from "#erp/write/lock-statements.ts";
import { rowToInsert, updateStatement } from "#erp/write/plain-statements.ts";
import { createMariadbDatabase } from "../../support/mariadb.ts";
import { createDatabase } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { describeShop, shopDdl, shopOrders, within } from "../write/writing.ts";

const scope = "orders:write";
const name = z.object({ name: z.string() });

/** The shop with every kind of command. */
function orders(dialect: DialectName): BoundResource {
  const shop = shopOrders(dialect);
  const commands: Readonly<Record<string, AnyCommand>> = {
    place: insert({ also: { CUS: "C1", NO: "10" } }),
    amend: update({ also: { TOTAL: 1 } }),
    note: (async (erp: { call: (routine: string, args: readonly unknown[]) => Promise<unknown> }) => erp.call("twice", [1])) as AnyCommand, // its types are not what this is about
    pay: stage({ table: "NUMS", key: "ID", watch: ["VAL"], row: () => ({ VAL: "x" }), state: () => ({ kind: "waiting" }), timeoutMinutes: 5 }),
  };
  return {
    ...shop,
    contract: {
      ...shop.contract,
      commands: {
        place: { scope, input: name },
        amend: { scope, input: name, on: "one", as: "update" },
        note: { scope, input: z.object({ memo: z.string() }), on: "one" },
        pay: { scope, input: z.object({ id: wire.id() }), answers: "operation" },
      },
    },
    source: { ...shop.source, footprint: "none" }, // its tables have grants of their own, looked at elsewhere
    binding: { ...shop.binding, commands, needs: { functions: dialect === "postgres" ? ["twice"] : [] } },
  };
}

async function worksWith(restricted: OpenDatabase, resource: BoundResource): Promise<void> {
  const dialect = dialects[resource.source.dialect];
  const catalog = await describeShop(restricted, dialect, resource);
  await within(restricted, async (transaction) => {
    const locks = lockStatements(resource, dialect, catalog, ["A1"], "1") ?? [];
    expect(locks).toHaveLength(4);
    for (const statement of locks) expect(await transaction.query(statement)).not.toEqual([]);
    expect(await transaction.execute(updateStatement(resource, dialect, { NO: "1" }, { NAM: "x", TOTAL: 1 }))).toBe(1);
    const writing = { source: resource.source, dialect, transaction, catalog };
    expect(await insertedRow(writing, "HDR", rowToInsert(resource, { NAM: "x", CUS: "C1", NO: "10" }), ["NO"])).toHaveLength(1);
    expect(await insertedRow(writing, "NUMS", { VAL: "x" }, ["ID"])).toHaveLength(1);
  });
}

/** Each in a transaction of its own, as the first is over with its error. */
async function refuses(restricted: OpenDatabase, resource: BoundResource): Promise<void> {
  const dialect = dialects[resource.source.dialect];
  const catalog = await describeShop(restricted, dialect, resource);
  const attempt = (work: (erp: ReturnType<typeof erpTransaction<Readonly<Record<string, Record<string, unknown>>>>>) => Promise<unknown>) =>
    expect(within(restricted, (transaction) => work(erpTransaction(resource.source, dialect, transaction, catalog, [])))).rejects.toThrow();
  await attempt((erp) => erp.delete("HDR", { NO: "1" }));
  await attempt((erp) => erp.update("HDR", { NO: "1" }, { CUS: "C2" }));
  await attempt((erp) => erp.update("LIN", { NO: "1" }, { QTY: 1 }));
  await attempt((erp) => erp.insert("LIN", { CO: "01", NO: "1", SEQ: 9, ITM: "I1", QTY: 1 }));
  await attempt((erp) => erp.update("CST", { CUS: "C1" }, { ACC: "A2" }));
}

const limits = { maxConnections: 2, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000, prepare: true, applicationName: "test" };

describe("Postgres", () => {
  test("the printed grants are what commands need", async () => {
    const database = await createDatabase();
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    const role = `w_${randomBytes(5).toString("hex")}`;
    try {
      for (const statement of shopDdl((column) => `"${column}"`, "int GENERATED ALWAYS AS IDENTITY")) await admin.query(statement);
      await admin.query(
        `CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n'; REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC; CREATE ROLE ${role} LOGIN PASSWORD 'p'`,
      );
      const { lines } = grantsFor([orders("postgres")], { role, database: database.name, schema: undefined });
      expect(lines.filter((line) => !line.includes("SELECT"))).toEqual([
        `GRANT CONNECT ON DATABASE "${database.name}" TO "${role}";`,
        `GRANT USAGE ON SCHEMA "public" TO "${role}";`,
        `GRANT UPDATE ("NO") ON "public"."x_EXT" TO "${role}";`,
        `GRANT UPDATE ("NAM", "NO", "TOTAL") ON "public"."x_HDR" TO "${role}";`,
        `GRANT INSERT ("CO", "CUS", "DEL", "NAM", "NO", "TYP") ON "public"."x_HDR" TO "${role}";`,
        `GRANT UPDATE ("CO") ON "public"."x_LIN" TO "${role}";`,
        `GRANT INSERT ON "public"."x_NUMS" TO "${role}";`,
        `GRANT UPDATE ("NO") ON "public"."x_SCH" TO "${role}";`,
        `GRANT EXECUTE ON FUNCTION "public"."twice" TO "${role}";`,
        expect.stringContaining("-- twice runs with the rights of"),
      ]);
      await admin.query(lines.join("\n"));
      const url = new URL(database.url);
      url.username = role;
      url.password = "p";
      const restricted = openPostgres({ ...limits, url: url.href });
      await worksWith(restricted, orders("postgres"));
      await refuses(restricted, orders("postgres"));
      const called = await within(restricted, (transaction) =>
        erpTransaction(orders("postgres").source, dialects.postgres, transaction, new Map(), []).call("twice", [4]),
      );
      expect(called).toBe(8);
      await restricted.close();
    } finally {
      await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await admin.end();
      await database.drop();
    }
  });
});

describeWith("mariadb", "MariaDB", (at) => {
  test("the printed grants are what commands need", async () => {
    const database = await createMariadbDatabase(at);
    const user = `w_${randomBytes(5).toString("hex")}`;
    const admin = await mysql.createConnection({ uri: database.url });
    try {
      for (const statement of shopDdl((column) => `\`${column}\``, "int AUTO_INCREMENT")) await admin.query(statement);
      await admin.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'p'`);
      const { lines } = grantsFor([orders("mariadb")], { role: user, database: database.name, schema: undefined });
      for (const line of lines) if (!line.startsWith("--")) await admin.query(line);
      const url = new URL(database.url);
      url.username = user;
      url.password = "p";
      const restricted = openMariadb({ ...limits, url: url.href });
      await worksWith(restricted, orders("mariadb"));
      await refuses(restricted, orders("mariadb"));
      await restricted.close();
    } finally {
      await admin.query(`DROP USER IF EXISTS '${user}'@'%'`);
      await admin.end();
      await database.drop();
    }
  });
});
