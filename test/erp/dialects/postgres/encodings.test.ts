/** Databases that are not in UTF-8: what they cannot hold equals nothing, and is refused before it is written. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { defineSource, sharedWithEveryPartner, text, z } from "sluice";
import { expect, test } from "vitest";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { inputColumns } from "#erp/write/input-columns.ts";
import { createDatabase } from "../../../support/postgres.ts";
import { contractOf } from "../../support/contract.ts";
import { filter, listQuery } from "../../support/reading.ts";

const bound = defineSource<{ T: { ID: number; NAME: string } }>({ name: "erp", dialect: "postgres" }).bind(
  contractOf({ name: z.string() }, { filter: ["name"] }),
  {
    table: "T",
    key: "ID",
    account: sharedWithEveryPartner("a test"),
    fields: { name: text("NAME") },
  },
);

test.each(["LATIN1", "LATIN9", "WIN1252", "WIN1251", "KOI8R", "EUC_JP", "SQL_ASCII", "UTF8"])("a database in %s", async (encoding) => {
  const beside = await createDatabase();
  const name = `t_encoding_${randomBytes(4).toString("hex")}`;
  const admin = new pg.Client({ connectionString: beside.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`);
  const url = new URL(beside.url);
  url.pathname = `/${name}`;
  const erp = new pg.Client({ connectionString: url.href });
  await erp.connect();
  const pool = openPostgres({
    url: url.href,
    maxConnections: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    prepare: true,
    applicationName: "test",
  });
  try {
    await erp.query('CREATE TABLE "T" ("ID" int GENERATED ALWAYS AS IDENTITY, "NAME" varchar(40) NOT NULL)');
    const catalog = await postgresDialect.describe(pool, undefined, ["T"]);
    const caller = { database: pool, catalog, accounts: [], drift: () => undefined };
    const reader = resourceReader(bound, postgresDialect);
    const letters = fc.constantFrom("a", "é", "€", "Ж", "Š", "ß", "\u00a0", "\u009f", "日", "😀", "ÿ");
    const words = fc.sample(
      fc.array(letters, { minLength: 1, maxLength: 3 }).map((all) => all.join("")),
      60,
    );
    let taken = 0;
    for (const word of new Set(["a", ...words])) {
      const made = inputColumns(bound, catalog, { name: word });
      const found = async () => (await reader.list(caller, listQuery({ filters: [filter("name", word)] }, ["name"]), null)).items;
      if (made.kind === "columns") {
        taken += 1;
        await erp.query('INSERT INTO "T" ("NAME") VALUES ($1)', [made.columns.row["NAME"]]);
        expect((await found()).map((item) => item["name"])).toEqual([word]);
      } else {
        expect(made.errors).toEqual([{ pointer: "/name", code: "not-storable", detail: "Has a character that cannot be stored." }]);
        expect(await found()).toEqual([]);
      }
    }
    expect(taken).toBeGreaterThan(0);
  } finally {
    await pool.close();
    await erp.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await beside.drop();
  }
});
