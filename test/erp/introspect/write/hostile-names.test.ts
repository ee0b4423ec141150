/** Names and comments of an ERP end up in code: none of them can become code. */
import pg from "pg";
import { expect, test } from "vitest";
import { projectFiles } from "#gateway";
import { createDatabase } from "../../../support/postgres.ts";
import { answerAll, makeDraftProject } from "../support/draft-project.ts";
import { runIntrospect } from "../support/run.ts";

const table = 'odd "name"\n*/ throw 1; /*';
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

test("quotes, line breaks, ends of comments and template marks in names, comments and codes stay text", { timeout: 60_000 }, async () => {
  const database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const project = makeDraftProject("postgres");
  try {
    await client.query(`
      CREATE TABLE ${quote(table)} ("nr" INTEGER PRIMARY KEY, ${quote('a"b\nc')} VARCHAR(10) NOT NULL, ${quote("x */ y")} INTEGER, ${quote("${process.exit(1)}")} INTEGER,
        ${quote("__proto__")} INTEGER, ${quote("constructor")} VARCHAR(5), "state_code" CHAR(6) NOT NULL, "secret\n*/" CHAR(3));
      COMMENT ON TABLE ${quote(table)} IS E'Ends */ here\\nand \`goes\` on';
      INSERT INTO ${quote(table)} ("nr", ${quote('a"b\nc')}, "state_code") SELECT i, 'x', (ARRAY['"', E'\\\\', '*/'])[1 + i % 3] FROM generate_series(1, 60) i`);
    const { findings, catalogue } = await runIntrospect("postgres", database.url, [table]);
    expect(findings.failures).toEqual([]);
    const { files } = projectFiles({
      findings,
      answers: new Map(),
      catalogue,
      exports: { source: "erp", constants: new Map() },
      present: { tables: undefined, decisions: undefined, gateway: project.read("gateway.ts") },
      rowTypesName: "ErpTables",
      allTables: false,
      replaceTables: false,
    });
    await project.put(files);
    const [draft] = findings.drafts;
    answerAll(project, { accounts: { [draft?.resource ?? ""]: 'sharedWithEveryPartner("a test")' }, zone: "UTC" });
    expect(await project.typeCheck()).toEqual([]);
    const definition = await project.load();
    expect(definition.resources[0]?.binding.table).toBe(table);
    expect(definition.resources[0]?.binding.key).toEqual(["nr"]);
  } finally {
    project.remove();
    await client.end();
    await database.drop();
  }
});
