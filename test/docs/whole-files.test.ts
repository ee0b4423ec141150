/** Whole files that the team's guides show compile; those of the first resource are a project that answers what the page says. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { dialects } from "#erp/dialects/dialects.ts";
import { resourceReader } from "#erp/read/reader.ts";
import { tablesOf } from "#erp/read/relation.ts";
import { openSource } from "#gateway";
import { listQuery } from "../erp/support/reading.ts";
import { createWebErp } from "../examples/weberp/database.ts";
import { repository } from "../repository/repository.ts";
import { describeWith } from "../support/requires.ts";
import { aloneOf, type CompilerError, createExampleProject, type ExampleProject } from "./example-project.ts";
import { readPage, readPages } from "./examples.ts";

const pages = readPages("wrapping", "operating");
const guide = readPage("wrapping/first-resource");

let project: ExampleProject;
let errors: readonly CompilerError[];

beforeAll(async () => {
  project = createExampleProject();
  for (const { name, files, alone } of pages) {
    // `sluice init` makes the one of these, `sluice introspect` the other.
    project.write(`${name}/erp/tables.ts`, `export type { WebErpTables as ErpTables } from "${repository}/examples/weberp/erp/tables.ts";\n`);
    project.write(
      `${name}/erp/source.ts`,
      `import { defineSource } from "sluice";\nimport type { ErpTables } from "./tables.ts";\n\nexport const erp = defineSource<ErpTables>({ name: "erp", dialect: "mariadb" });\n`,
    );
    // What a file was before the page changed it has to compile as well.
    for (const [at, { path, text }] of files.entries()) {
      const isLast = files.findLastIndex((file) => file.path === path) === at;
      project.write(`${name}/${isLast ? path : path.replace(/\.ts$/, `.before-${at}.ts`)}`, text);
    }
    for (const [at, { code }] of alone.entries()) project.write(`${name}/alone-${at}.ts`, aloneOf(code));
  }
  errors = await project.typeCheck();
}, 120_000);
afterAll(() => project.remove());

test("all code of the guides compiles", () => {
  expect(pages.flatMap(({ files }) => files).length).toBeGreaterThan(4);
  expect(errors).toEqual([]);
});

test("no code hides from the compiler in a block without a language", () => {
  for (const { name, text } of pages)
    for (const [, block = ""] of text.matchAll(/^(?:```(?:text)?\n([\s\S]*?)^```)/gm)) expect(block, name).not.toMatch(/^\s*(?:import|export) .*/m);
});

describeWith("mariadb", "the first resource", (mariadbUrl) => {
  describeWith("sharedErp", "on webERP", (sharedErp) => {
    test("answers what the page says", async () => {
      const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(guide.text)?.[1] ?? "");
      const database = await createWebErp(mariadbUrl, sharedErp);
      const limits = { maxConnections: 2, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000, prepare: true, applicationName: "test" };
      const open = openSource("mariadb", { url: database.url, ...limits });
      try {
        const { resources } = await project.loadGateway(`${guide.name}/gateway.ts`);
        const [resource] = resources;
        if (resource === undefined) throw new Error("the page's gateway lists no resource");
        const catalog = await dialects.mariadb.describe(open, undefined, [...tablesOf(resource.binding)]);
        const caller = { database: open, catalog, accounts: ["ANGRY"], drift: (note: object) => expect.fail(JSON.stringify(note)) };
        const query = listQuery({ sort: ["-placed_on"], limit: 1 }, ["id", ...Object.keys(resource.binding.fields)]);
        const { items, next } = await resourceReader(resource, dialects.mariadb).list(caller, query, null);
        expect(items).toEqual(shown.data);
        expect(next).not.toBeNull();
      } finally {
        await open.close();
        await database.drop();
      }
    });
  });
});
