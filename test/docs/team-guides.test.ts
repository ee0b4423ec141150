/** The team's guides are true: every example compiles, and reads from real databases what the page says. */

import * as sluice from "sluice";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dialects } from "#erp/dialects/dialects.ts";
import { type DriftNote, resourceReader } from "#erp/read/reader.ts";
import { tablesOf } from "#erp/read/relation.ts";
import { filter, listQuery, type Query } from "../erp/support/reading.ts";
import { describeWith } from "../support/requires.ts";
import { type ExampleDatabase, type ExampleDatabases, exampleDatabases } from "./example-database.ts";
import { type CompilerError, createExampleProject, type ExampleProject, fieldsOf, moduleOf, pathsOf } from "./example-project.ts";
import { type DialectName, type Example, readPages } from "./examples.ts";

const pages = readPages("wrapping", "operating");
const examples = pages.flatMap((page) => page.examples).map((example, at) => ({ ...example, at }));

/** What a project may import besides ways to read a column and to say whose a row is. */
const others = ["added", "defineChange", "defineContract", "defineGateway", "defineSource", "movedInto", "removed", "renamed", "sql", "undecided", "wire", "z"];

test("there is an example of every conversion, expression, account rule and way to write", () => {
  const code = pages.flatMap(({ files, alone }) => [...files.map(({ text }) => text), ...alone.map((one) => one.code)]);
  const shown = [...examples.map(({ binding }) => binding), ...code].join("\n");
  const missing = Object.keys(sluice).filter((name) => !others.includes(name) && !new RegExp(`\\b${name}\\(`).test(shown));
  expect(missing).toEqual([]);
});

function hold(dialect: DialectName, mariadbUrl: string): void {
  const own = examples.filter((example) => example.dialects.includes(dialect));
  const databases = new Map<number, ExampleDatabase>();
  let all: ExampleDatabases;
  let project: ExampleProject;
  let errors: readonly CompilerError[];
  const fileOf = (at: number): string => `example-${at}.ts`;
  const refusedFileOf = (at: number, what: string, path: string): string => `refused-${at}-${what}-${path}.ts`;

  beforeAll(async () => {
    project = createExampleProject();
    all = await exampleDatabases(dialect, mariadbUrl);
    for (const example of own) {
      const database = await all.add(example);
      databases.set(example.at, database);
      project.write(
        fileOf(example.at),
        moduleOf(example, dialect, database, { filter: pathsOf(example.filter, example), sort: pathsOf(example.sort, example) }),
      );
      for (const path of fieldsOf(example)) {
        if (example.filter === "none")
          project.write(refusedFileOf(example.at, "filter", path), moduleOf(example, dialect, database, { filter: [path], sort: [] }));
        if (example.sort === "none") project.write(refusedFileOf(example.at, "sort", path), moduleOf(example, dialect, database, { filter: [], sort: [path] }));
      }
    }
    errors = await project.typeCheck();
  }, 180_000);
  afterAll(async () => {
    await all.close();
    project.remove();
  }, 60_000);

  test("every example compiles", () => {
    expect(errors.filter(({ file }) => file.startsWith("example-")).map(({ file, message }) => `${nameOf(file)}: ${message}`)).toEqual([]);
  });

  describe.each(own.map((example) => [`${example.at} ${example.name}`, example] as const))("%s", (_, example) => {
    test("partners see what the page says", async () => {
      const { list } = await opened(example);
      for (const [column, account] of accountsOf(example).entries()) {
        const ids = (await list({}, account === undefined ? [] : [account])).items.map(({ id }) => id);
        if (account === undefined) continue;
        const seen = example.rows.flatMap(({ seen }, at) => (seen[column] === "yes" ? [String(at + 1)] : []));
        expect(ids, `seen by ${account}`).toEqual(seen);
      }
      if (accountsOf(example).some((account) => account !== undefined)) return;
      const { items, drift } = await list({ sort: [] });
      expect(items).toHaveLength(example.rows.length);
      for (const [at, { seen }] of example.rows.entries()) {
        const own = example.shown.indexOf("id");
        const wanted = own < 0 ? String(at + 1) : JSON.parse(seen[own] ?? "");
        const item = items.find(({ id }) => id === wanted);
        for (const [column, field] of example.shown.entries()) {
          const cell = seen[column] ?? "";
          const where = `row ${at + 1}, ${field}`;
          if (cell === "drift") {
            expect(item?.[field] ?? null, where).toBeNull();
            expect(
              drift.some(({ id }) => id === item?.["id"]),
              where,
            ).toBe(true);
          } else expect(item?.[field], where).toEqual(JSON.parse(cell));
        }
      }
      const drifted = example.rows.filter(({ seen }) => seen.includes("drift")).length;
      expect(new Set(drift.map(({ id }) => id)).size).toBe(drifted);
    });

    test("filters and sorts work as it says", async () => {
      const { list, resource } = await opened(example);
      for (const kind of ["filter", "sort"] as const) {
        if (example[kind] !== "none") continue;
        for (const path of fieldsOf(example)) {
          const file = refusedFileOf(example.at, kind, path);
          expect(
            errors.filter((error) => error.file === file).map(({ message }) => message),
            file,
          ).not.toEqual([]);
        }
      }
      if (accountsOf(example).some((account) => account !== undefined)) return;
      const { items } = await list({});
      for (const path of pathsOf(example.filter, example)) {
        const values = new Set(items.map((item) => at(item, path)).filter((value) => value !== null && value !== undefined));
        expect(values.size, path).toBeGreaterThan(0);
        for (const value of values) {
          const found = (await list({ filters: [filter(path, String(value))] })).items.map(({ id }) => id);
          expect(found, `${path}=${value}`).toEqual(items.filter((item) => at(item, path) === value).map(({ id }) => id));
        }
      }
      for (const path of pathsOf(example.sort, example)) {
        const values = (await list({ sort: [path] })).items.map((item) => at(item, path)).filter((value) => value !== null && value !== undefined);
        const isNumber = resource.binding.fields[path.split(".")[0] ?? ""]?.kind !== "text" && values.every((value) => !Number.isNaN(Number(value)));
        const sorted = [...values].sort((a, b) => (isNumber ? Number(a) - Number(b) : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0));
        expect(values, `sort=${path}`).toEqual(sorted);
      }
    });
  });

  function nameOf(file: string): string {
    return examples[Number(/\d+/.exec(file)?.[0])]?.name ?? file;
  }

  /** The accounts of `seen by` columns; undefined for columns of fields. */
  function accountsOf(example: Example): readonly (string | undefined)[] {
    return example.shown.map((head) => /^seen by (\S+)$/.exec(head)?.[1]);
  }

  async function opened(example: Example & { readonly at: number }) {
    const database = databases.get(example.at);
    if (database === undefined) throw new Error("no database");
    const resource = await project.load(fileOf(example.at));
    const reader = resourceReader(resource, dialects[dialect]);
    const catalog = await dialects[dialect].describe(database.open, database.schema, [...tablesOf(resource.binding)]);
    const fields = ["id", ...Object.keys(resource.binding.fields)];
    return {
      resource,
      async list(query: Query, accounts: readonly string[] = ["C1"]) {
        const drift: DriftNote[] = [];
        const caller = { database: database.open, catalog, accounts, drift: (note: DriftNote) => void drift.push(note) };
        const { items } = await reader.list(caller, listQuery(query, fields), null);
        return { items, drift };
      },
    };
  }
}

/** The value at `path` of an item, through groups. */
function at(item: Readonly<Record<string, unknown>>, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, name) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, name) : undefined), item);
}

describe("on Postgres", () => hold("postgres", ""));
describeWith("mariadb", "on MariaDB", (url) => hold("mariadb", url));
