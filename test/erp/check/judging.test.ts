/** What is hard to judge: views, functions, domains, expressions with an index, lookups without one, accounts by a join. */

import pg from "pg";
import { anyOf, code, date, defineSource, expression, integer, lines, lookup, sharedWithEveryPartner, sql, text, z } from "sluice";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BoundResource } from "#erp/binding/source.ts";
import { checkSource, openSource, type ResourceReport } from "#gateway";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { contractOf } from "../support/contract.ts";

interface Tables {
  doc: { id: string; acct: string; day: number; kind: string; ref: string };
  seen: { nr: string; owner: string; day: number; kind: string };
  rows_of: { id: string; acct: string; n: number };
  note: { doc: string; no: number; word: string };
  kinds: { kind: string; word: string };
}

const ddl = `
  CREATE TABLE doc (id VARCHAR(10) PRIMARY KEY, acct VARCHAR(10) NOT NULL, day INTEGER NOT NULL, kind VARCHAR(2) NOT NULL, ref VARCHAR(10) NOT NULL);
  CREATE INDEX doc_acct_id ON doc (acct, id);
  CREATE TABLE note (doc VARCHAR(10) NOT NULL, no INTEGER NOT NULL, word VARCHAR(20) NOT NULL);
  CREATE TABLE kinds (kind VARCHAR(2) NOT NULL, word VARCHAR(20) NOT NULL);
  CREATE VIEW seen AS SELECT id AS nr, acct AS owner, day, kind FROM doc;
  INSERT INTO doc VALUES ('1', 'A', 20260101, 'x', 'r'), ('2', 'B', 20260102, 'y', 'r');`;

const late = (c: { readonly kind: ReturnType<typeof sql>; readonly day: ReturnType<typeof sql> }) =>
  sql`CASE WHEN ${c.day} > 20250101 THEN 'L' ELSE ${c.kind} END`;

function bound(dialect: "postgres" | "mariadb") {
  const source = defineSource<Tables>({ name: "erp", dialect });
  const contract = contractOf(
    { day: z.iso.date(), kind: z.enum(["late", "other"]), word: z.string().nullable(), ref: z.string(), notes: z.array(z.object({ word: z.string() })) },
    { filter: ["day", "kind", "ref"], sort: ["day"] },
  );
  const fields = {
    day: date("day"),
    kind: code(expression(["kind", "day"], ["L", "x", "y"], late), { L: "late", x: "other", y: "other" }),
    word: text(lookup("kinds", { kind: "kind" }, "word")),
    ref: text("ref"),
    notes: lines("note", { doc: "id" }, { word: text("word") }, { sort: ["no"] }),
  };
  return {
    documents: source.bind(contract, { table: "doc", key: "id", account: "acct", fields }),
    byEither: source.bind(contract, { table: "doc", key: "id", account: anyOf("acct", "ref"), fields }),
    view: source.bind(contractOf({ day: z.iso.date(), kind: z.string() }, { filter: ["day", "kind"] }), {
      table: "seen",
      key: "nr",
      account: "owner",
      unindexed: { kind: "there are but two" },
      fields: { day: date("day"), kind: text("kind") },
    }),
    rows: source.bind(contractOf({ n: z.int() }, { filter: ["n"] }), {
      table: "rows_of",
      args: ["1"],
      key: "id",
      account: "acct",
      fields: { n: integer("n") },
    }),
    shared: source.bind(contractOf({ kind: z.string() }, { filter: ["kind"] }), {
      table: "doc",
      key: "id",
      account: sharedWithEveryPartner("all may"),
      where: { kind: "x" },
      fields: { kind: text("kind") },
    }),
  };
}

const options = { maxConnections: 1, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000, prepare: false, applicationName: "test" };

async function report(dialect: "postgres" | "mariadb", url: string, resource: BoundResource): Promise<ResourceReport> {
  const database = openSource(dialect, { url, ...options });
  try {
    const [only] = (await checkSource([resource], database, undefined)).resources;
    return only ?? expect.unreachable("no report");
  } finally {
    await database.close();
  }
}

/** `ask: why`, without waived ones. */
function unserved({ judgement }: ResourceReport): readonly string[] {
  return (judgement?.unserved ?? []).filter(({ waived }) => waived === undefined).map(({ ask, why }) => `${ask}: ${why}`);
}

const accounts = "all rows of the caller's accounts";
const inDocuments = [
  `filter day, [gt], [gte], [lt], [lte]: ${accounts} are looked at`,
  `filter kind: ${accounts} are looked at`,
  `filter ref: ${accounts} are looked at`,
  `sort day, -day: ${accounts} are sorted for every page, or those of all accounts read in its order`,
  "lines notes: the whole table is read for every page of parents",
];

describe("on Postgres", () => {
  let database: TestDatabase;
  let erp: pg.Client;
  const { documents, byEither, view, rows, shared } = bound("postgres");

  beforeAll(async () => {
    database = await createDatabase();
    erp = new pg.Client({ connectionString: database.url });
    await erp.connect();
    await erp.query(
      `${ddl} CREATE FUNCTION rows_of(which CHAR) RETURNS TABLE (id VARCHAR, acct VARCHAR, n INTEGER) LANGUAGE sql AS $$ SELECT id, acct, day FROM doc $$`,
    );
  });
  afterAll(async () => {
    await erp.end();
    await database.drop();
  });

  it("names lookups, lines and filters without an index, and no longer when they get one", async () => {
    expect(unserved(await report("postgres", database.url, documents))).toEqual([
      "the list: the whole of kinds is read for each row: no index serves the join or lookup",
      ...inDocuments,
    ]);
    await erp.query(`
      CREATE INDEX i1 ON kinds (kind); CREATE INDEX i2 ON note (doc); CREATE INDEX i3 ON doc (acct, day, id); CREATE INDEX i4 ON doc (ref)`);
    try {
      expect(unserved(await report("postgres", database.url, documents))).toEqual([inDocuments[1]]);
      // One index per account column: of two, one lacks a day.
      expect(unserved(await report("postgres", database.url, byEither)).map((line) => line.split(":")[0])).toEqual([
        "filter day, [gt], [gte], [lt], [lte]",
        "filter kind",
        "sort day, -day",
      ]);
    } finally {
      await erp.query("DROP INDEX i1, i2, i3, i4");
    }
  });

  it("an index on an expression serves it", async () => {
    await erp.query(`
      INSERT INTO doc SELECT 'n' || n, 'A', 20240000 + n, CASE WHEN n % 97 = 0 THEN 'y' ELSE 'x' END, 'r' FROM generate_series(1, 3000) n; ANALYZE doc`);
    expect(unserved(await report("postgres", database.url, documents))).toContain(inDocuments[1]);
    await erp.query("CREATE INDEX i1 ON doc (acct, (CASE WHEN day > 20250101 THEN 'L' ELSE kind END))");
    expect(unserved(await report("postgres", database.url, documents))).not.toContain(inDocuments[1]);
    await erp.query("DROP INDEX i1; DELETE FROM doc WHERE id LIKE 'n%'");
  });

  it("an index on some rows serves nothing but those", async () => {
    await erp.query("CREATE INDEX i1 ON doc (acct, day) WHERE kind = 'x'");
    try {
      expect(unserved(await report("postgres", database.url, documents))).toEqual(expect.arrayContaining([inDocuments[0], inDocuments[3]]));
    } finally {
      await erp.query("DROP INDEX i1");
    }
  });

  it("an account without an index is the first thing said", async () => {
    await erp.query("DROP INDEX doc_acct_id");
    try {
      expect(unserved(await report("postgres", database.url, documents))[0]).toBe(
        "the list: no index on doc finds the rows of an account: the whole table is read",
      );
    } finally {
      await erp.query("CREATE INDEX doc_acct_id ON doc (acct, id)");
    }
  });

  it("a view is judged by what lies under it, and a waiver is shown with its reason", async () => {
    const found = await report("postgres", database.url, view);
    expect(found.judgement?.unserved.map(({ ask, waived }) => [ask, waived])).toEqual([
      ["filter day, [gt], [gte], [lt], [lte]", undefined],
      ["filter kind", "there are but two"],
    ]);
    await erp.query("CREATE INDEX i1 ON doc (acct, day)");
    try {
      expect(unserved(await report("postgres", database.url, view))).toEqual([]);
    } finally {
      await erp.query("DROP INDEX i1");
    }
  });

  it("of a function nothing is claimed", async () => {
    const { findings, judgement } = await report("postgres", database.url, rows);
    expect(findings).toEqual([]);
    expect(judgement).toMatchObject({ unserved: [], unknown: ["its rows come from a function, and what that reads nobody can tell from outside"] });
  });

  it("a filter on what is fixed anyway needs no index", async () => {
    expect(unserved(await report("postgres", database.url, shared))).toEqual([]);
  });

  it("columns of domains are what the domains stand on", async () => {
    await erp.query(`
      CREATE DOMAIN small AS INTEGER NOT NULL; CREATE DOMAIN smaller AS small CHECK (VALUE > 0); CREATE DOMAIN short AS VARCHAR(3);
      CREATE TABLE of_domains (id short PRIMARY KEY, acct short, n smaller)`);
    const source = defineSource<{ of_domains: { id: string; acct: string; n: number } }>({ name: "erp", dialect: "postgres" });
    const resource = source.bind(contractOf({ n: z.int() }), { table: "of_domains", key: "id", account: "acct", fields: { n: integer("n") } });
    const connection = openSource("postgres", { url: database.url, ...options });
    const { resources, schema } = await checkSource([resource], connection, undefined);
    await connection.close();
    expect(resources[0]).toMatchObject({ broken: false, findings: [] });
    expect(schema.tables["of_domains"]).toEqual({
      acct: { type: "character varying", length: 3, nullable: true },
      id: { type: "character varying", length: 3, nullable: false },
      n: { type: "integer", nullable: false },
    });
  });
});

describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
  let erp: MariadbDatabase;
  const { documents, view, shared } = bound("mariadb");

  beforeAll(async () => {
    erp = await createMariadbDatabase(mariadbUrl);
    await erp.run(ddl);
  });
  afterAll(() => erp.drop());

  it("names lines and filters without an index, and no longer when they get one", async () => {
    expect(unserved(await report("mariadb", erp.url, documents))).toEqual(expect.arrayContaining(inDocuments));
    await erp.run("CREATE INDEX i1 ON kinds (kind); CREATE INDEX i2 ON note (doc); CREATE INDEX i3 ON doc (acct, day, id); CREATE INDEX i4 ON doc (ref)");
    expect(unserved(await report("mariadb", erp.url, documents))).toEqual([`filter kind: ${accounts} are looked at`]);
    await erp.run("DROP INDEX i1 ON kinds; DROP INDEX i2 ON note; DROP INDEX i3 ON doc; DROP INDEX i4 ON doc");
  });

  it("of a view on few rows nothing is claimed, nor where the account may not look into it", async () => {
    const { judgement: seen } = await report("mariadb", erp.url, view);
    expect(seen?.unserved).toEqual([]);
    expect(seen?.unknown).toContain("a single read: what a view reads shows in the plan only, and the plan depends on how many rows there are");
    await erp.run(
      `CREATE USER '${erp.name.slice(-10)}'@'%' IDENTIFIED BY 'p'; GRANT SELECT (nr, owner, day, kind) ON \`${erp.name}\`.seen TO '${erp.name.slice(-10)}'@'%'`,
    );
    try {
      const url = new URL(erp.url);
      url.username = erp.name.slice(-10);
      url.password = "p";
      const { findings, judgement } = await report("mariadb", url.href, view);
      expect(findings).toEqual([]);
      expect(judgement?.unserved).toEqual([]);
      expect(judgement?.unknown).toContain("filter day: it reads a view, and this account may not look into it");
    } finally {
      await erp.run(`DROP USER '${erp.name.slice(-10)}'@'%'`);
    }
  });

  it("a filter on what is fixed anyway needs no index", async () => {
    expect(unserved(await report("mariadb", erp.url, shared))).toEqual([]);
  });
});
