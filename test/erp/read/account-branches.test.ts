/** Lists of callers with several accounts: one ordered read per account, no row lost, none twice. */

import { anyOf, defineContract, defineSource, integer, wire, z } from "sluice";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Position } from "#contract/list-query.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Statement } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { createDatabase, type TestDatabase, template } from "../../support/postgres.ts";

/** Two accounts per document, the payer NULL on every fifth: rows that fit both branches, one, or neither. */
const documents = template("account_branches", (client) =>
  client.query(`
    CREATE TABLE doc (no integer PRIMARY KEY, buyer char(3) NOT NULL, payer char(3), rank integer NOT NULL);
    INSERT INTO doc SELECT n, 'C' || n % 4, CASE WHEN n % 5 = 0 THEN NULL ELSE 'C' || n % 3 END, n % 7 FROM generate_series(1, 200) n`),
);

interface Tables {
  doc: { no: number; buyer: string; payer: string | null; rank: number };
}

const source = defineSource<Tables>({ name: "branches", dialect: "postgres" });
const contract = defineContract({
  name: "documents",
  singular: "document",
  team: "test",
  summary: "Documents with two parties.",
  model: z.object({ id: wire.id(), rank: z.int() }),
  reads: { list: { scope: "documents:read", sort: ["rank"] } },
});
const resource = source.bind(contract, { table: "doc", key: "no", account: anyOf("buyer", "payer"), fields: { rank: integer("rank") } });

let database: TestDatabase;
let connection: OpenDatabase;
beforeAll(async () => {
  database = await createDatabase(documents);
  connection = openPostgres({
    url: database.url,
    maxConnections: 2,
    acquireTimeoutMs: 5000,
    statementTimeoutMs: 5000,
    lockTimeoutMs: 5000,
    prepare: true,
    applicationName: "test",
  });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

async function walk(accounts: readonly string[], limit: number): Promise<{ readonly ids: readonly string[]; readonly statements: readonly Statement[] }> {
  const statements: Statement[] = [];
  const recording = {
    query(statement: Statement) {
      statements.push(statement);
      return connection.query(statement);
    },
  };
  const catalog = await postgresDialect.describe(connection, undefined, ["doc"]);
  const reader = resourceReader(resource, postgresDialect);
  const ids: string[] = [];
  let after: Position | null = null;
  do {
    const page = await reader.list(
      { database: recording, catalog, accounts, drift: () => expect.unreachable() },
      { filters: [], sort: [{ path: "rank", descending: true }], limit, fields: ["id", "rank"] },
      after,
    );
    ids.push(...page.items.map((item) => String(item["id"])));
    after = page.next;
  } while (after !== null);
  return { ids, statements };
}

/** The same, by hand. */
async function expected(accounts: readonly string[]): Promise<readonly string[]> {
  const rows = await connection.query({ text: "SELECT no FROM doc WHERE buyer = ANY($1) OR payer = ANY($1) ORDER BY rank DESC, no DESC", values: [accounts] });
  return rows.map(([no]) => String(no));
}

it.each([[["C1"]], [["C1", "C2"]], [["C0", "C1", "C2", "C3"]], [["C9"]], [["C1", "c1"]], [["C1", "C1"]], [["group:C1"]], [["group:C1", "C2"]], [[]]])(
  "accounts %j see each of their documents once, in order",
  async (accounts) => {
    const own = accounts.filter((account) => !account.includes(":"));
    for (const limit of [3, 200]) expect((await walk(accounts, limit)).ids).toEqual(await expected(own));
  },
);

it("reads each account's rows in its own branch", async () => {
  const { statements } = await walk(["C1", "C2"], 200);
  expect(statements[0]?.text.match(/UNION ALL/g)).toHaveLength(3);
});

it("does not make a statement of more branches than the database can plan well", async () => {
  const many = Array.from({ length: 40 }, (_, index) => `C${index}`);
  const { ids, statements } = await walk(many, 50);
  expect(ids).toEqual(await expected(many));
  expect(statements[0]?.text).not.toContain("UNION ALL");
});
