/** Row types: the committed ones are what introspection writes, and what people made of them stays. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { ColumnFacts, TableFacts } from "#erp/dialects/schema-reader.ts";
import { parseRowTypes, rowTypes } from "#erp/introspect/write/row-types.ts";
import { openMeridian } from "../../../demo/erp/meridian.ts";
import { createWebErp } from "../../../examples/weberp/database.ts";
import { describeWith } from "../../../support/requires.ts";
import { runIntrospect } from "../support/run.ts";

const committed = (path: string): Promise<string> => readFile(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), "utf8");

function regenerate(text: string, catalogue: ReadonlyMap<string, TableFacts>): string {
  const existing = parseRowTypes(text);
  expect(existing).toBeDefined();
  return rowTypes({ existing, name: "Other", catalogue, tables: [], codes: new Map([["OEHDR", new Map([["ORDST", ["77"]]])]]) });
}

test("Meridian's committed row types are those that its catalogue gives", async () => {
  const meridian = await openMeridian();
  try {
    const { catalogue } = await runIntrospect("postgres", meridian.url, []);
    const text = await committed("demo/erp/tables.ts");
    expect(regenerate(text, catalogue)).toBe(text);
    expect([...catalogue.keys()].sort()).toEqual([...(parseRowTypes(text)?.tables.keys() ?? [])].sort());
  } finally {
    await meridian.close();
  }
});

describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
  describeWith("sharedErp", "with its dump", (sharedErp) => {
    test("webERP's committed row types are those that its catalogue gives", async () => {
      const database = await createWebErp(mariadbUrl, sharedErp);
      try {
        const { catalogue } = await runIntrospect("mariadb", database.url, []);
        const text = await committed("examples/weberp/erp/tables.ts");
        expect(regenerate(text, catalogue)).toBe(text);
      } finally {
        await database.drop();
      }
    });
  });
});

const column = (name: string, more: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name,
  type: "text",
  rowType: "string",
  declared: "char(1)",
  padded: true,
  nullable: false,
  comment: "",
  readable: true,
  ...more,
});
const table = (name: string, columns: readonly ColumnFacts[], more: Partial<TableFacts> = {}): readonly [string, TableFacts] => [
  name,
  { name, kind: "table", comment: "", estimatedRows: 1, readable: true, columns, indexes: [], foreignKeys: [], ...more },
];

test("unions that people edited stay, found codes make new ones, and a column that is gone goes", () => {
  const existing = parseRowTypes('/** Mine. */\n\nexport interface Mine {\n  T: {\n    A: "1" | "2" | null;\n    GONE: string;\n  };\n}\n');
  const catalogue = new Map([table("T", [column("A"), column("B", { nullable: true }), column("N", { rowType: "number" })])]);
  const codes = new Map([
    [
      "T",
      new Map([
        ["A", ["9"]],
        ["B", ["x", ""]],
        ["N", [1]],
      ]),
    ],
  ]);
  expect(rowTypes({ existing, name: "Other", catalogue, tables: ["T"], codes })).toBe(
    '/** Mine. */\n\nexport interface Mine {\n  T: {\n    A: "1" | "2";\n    B: "x" | "" | null;\n    N: number;\n  };\n}\n',
  );
});

test("a table that the account does not see stays as it was, and odd names are quoted", () => {
  const existing = parseRowTypes("export interface Mine {\n  HIDDEN: {\n    A: string;\n  };\n}\n");
  const catalogue = new Map([table("order lines", [column("no."), column('a"b')])]);
  expect(rowTypes({ existing, name: "Other", catalogue, tables: ["order lines"], codes: new Map() })).toBe(
    'export interface Mine {\n  HIDDEN: {\n    A: string;\n  };\n  "order lines": {\n    "no.": string;\n    "a\\"b": string;\n  };\n}\n',
  );
});

test("names with quotes in them are read as they were written", () => {
  const text = rowTypes({ existing: undefined, name: "M", catalogue: new Map([table('a "b"', [column('c"d')])]), tables: ['a "b"'], codes: new Map() });
  expect(parseRowTypes(text)?.tables.get('a "b"')?.get('c"d')).toBe("string");
});

test("what it wrote it reads again, a formatter's line breaks included", () => {
  const catalogue = new Map([table("T", [column("A")]), table("F", [column("X", { nullable: true })], { kind: "function" })]);
  const text = rowTypes({ existing: undefined, name: "ErpTables", catalogue, tables: ["F", "T"], codes: new Map() });
  const again = parseRowTypes(text);
  expect([...(again?.tables.keys() ?? [])]).toEqual(["T", "F"]);
  expect(rowTypes({ existing: again, name: "", catalogue, tables: [], codes: new Map() })).toBe(text);
  expect(parseRowTypes('export interface M {\n  T: {\n    A:\n      | "1"\n      | "2";\n  };\n}\n')?.tables.get("T")?.get("A")).toBe('"1" | "2"');
});

test("a file of another form is not taken for one of its own", () => {
  expect(parseRowTypes("export type Mine = { T: { A: string } };\n")).toBeUndefined();
  expect(parseRowTypes("export interface Mine {\n  T: {\n    // mine\n    A: string;\n  };\n}\n")).toBeUndefined();
});
