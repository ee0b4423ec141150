/** The printed grants: every place a column can be named in, exact quoting, and what no grant can be made of. */
import { defineSource, expression, fromRows, integer, lines, lookup, sql, text, z } from "sluice";
import { describe, expect, it } from "vitest";
import { grantsFor } from "#erp/check/grants.ts";
import { contractOf } from "../support/contract.ts";

interface Tables {
  'odd"name': { id: string; acct: string; "Unit.Price": number; flag: number; parent: string; a: number };
  archive: { id: string; acct: string; "Unit.Price": number; flag: number; parent: string; a: number };
  head: { id: string; region: string; title: string };
  child: { parent: string; no: number; word: string; dead: string };
  words: { code: string; lang: string; word: string };
  rows_of: { id: string; acct: string; n: number };
}

const role = { role: 'we"ird', database: "my db", schema: undefined };
const contract = contractOf({ price: z.int(), title: z.string(), sum: z.int(), items: z.array(z.object({ word: z.string() })) });

const common = {
  table: 'odd"name',
  alsoIn: ["archive"],
  key: "id",
  account: "h.region",
  joins: { h: { table: "head", on: { id: "parent" } } },
  where: { flag: 1 },
} as const;

describe("grants", () => {
  it("name every column of every place once, in both dialects' quoting", () => {
    for (const dialect of ["postgres", "mariadb"] as const) {
      const source = defineSource<Tables>({ name: "erp", dialect, tablePrefix: "" });
      const bound = source.bind(contract, {
        ...common,
        fields: {
          price: integer("Unit.Price"),
          title: text("h.title"),
          sum: integer(fromRows("child", { parent: "id" }, ["no"], "integer", (c) => sql`COALESCE(SUM(${c.no}), 0)`)),
          items: lines(
            "child",
            { parent: "id" },
            { word: text(lookup("words", { code: "word" }, "word", { where: { lang: "E" } }), { nullWhen: [] }) },
            { where: { dead: "" }, sort: ["no"] },
          ),
        } as never, // what the types make of NULLs is not what this is about
      });
      const { lines: printed, undeclared } = grantsFor([bound], { ...role, role: dialect === "postgres" ? role.role : "o'ne@10.0.0.%" });
      expect(undeclared).toEqual([]);
      expect(printed).toEqual(
        dialect === "postgres"
          ? [
              'GRANT CONNECT ON DATABASE "my db" TO "we""ird";',
              'GRANT USAGE ON SCHEMA "public" TO "we""ird";',
              'GRANT SELECT ("Unit.Price", "acct", "flag", "id", "parent") ON "public"."archive" TO "we""ird";'.replace('"acct", ', ""),
              'GRANT SELECT ("dead", "no", "parent", "word") ON "public"."child" TO "we""ird";',
              'GRANT SELECT ("id", "region", "title") ON "public"."head" TO "we""ird";',
              'GRANT SELECT ("Unit.Price", "flag", "id", "parent") ON "public"."odd""name" TO "we""ird";',
              'GRANT SELECT ("code", "lang", "word") ON "public"."words" TO "we""ird";',
            ]
          : [
              "GRANT SELECT (`Unit.Price`, `flag`, `id`, `parent`) ON `my db`.`archive` TO 'o''ne'@'10.0.0.%';",
              "GRANT SELECT (`dead`, `no`, `parent`, `word`) ON `my db`.`child` TO 'o''ne'@'10.0.0.%';",
              "GRANT SELECT (`id`, `region`, `title`) ON `my db`.`head` TO 'o''ne'@'10.0.0.%';",
              "GRANT SELECT (`Unit.Price`, `flag`, `id`, `parent`) ON `my db`.`odd\"name` TO 'o''ne'@'10.0.0.%';",
              "GRANT SELECT (`code`, `lang`, `word`) ON `my db`.`words` TO 'o''ne'@'10.0.0.%';",
            ],
      );
    }
  });

  it("of a stored function are EXECUTE, in the source's schema, with a word on whose rights it runs with", () => {
    const source = defineSource<Tables>({ name: "erp", dialect: "postgres", schema: "Erp", tablePrefix: "x_" });
    const bound = source.bind(contractOf({ n: z.int() }), { table: "rows_of", args: ["01"], key: "id", account: "acct", fields: { n: integer("n") } });
    expect(grantsFor([bound], { role: undefined, database: undefined, schema: "ignored" }).lines).toEqual([
      "GRANT CONNECT ON DATABASE <database> TO <role>;",
      'GRANT USAGE ON SCHEMA "Erp" TO <role>;',
      'GRANT EXECUTE ON FUNCTION "Erp"."x_rows_of" TO <role>;',
      "-- x_rows_of runs with the rights of <role>: grant what it reads as well, unless it is SECURITY DEFINER.",
    ]);
  });

  it.each([
    [sql`(SELECT MAX(x) FROM "SECRET")`, ['"SECRET"', "x"]],
    [sql`(SELECT 1 FROM other LIMIT 1)`, ["other"]],
    [sql`(SELECT 1 FROM s.other JOIN third ON TRUE)`, ["s.other", "third"]],
    [sql`t.hidden + 1`, ["t.hidden"]],
    [sql`hidden + 1`, ["hidden"]],
  ])("are refused for SQL that names what nobody declared: %#", (written, named) => {
    const source = defineSource<Tables>({ name: "erp", dialect: "postgres" });
    const bound = source.bind(contractOf({ n: z.int().nullable() }), {
      table: "head",
      key: "id",
      account: "region",
      fields: { n: integer(expression(["title"], "integer", () => written)) } as never,
    });
    expect(grantsFor([bound], role).undeclared).toEqual(
      named.map((name) => `things.n names ${name} in its SQL. Name it among the expression's columns, or use fromRows or lookup.`).sort(),
    );
  });

  it.each([
    [sql`CASE WHEN EXTRACT(YEAR FROM CURRENT_DATE) > 2000 AND 'x FROM y' <> '' THEN CAST(1 AS INTEGER) ELSE NULL END`, []],
    [sql`COALESCE(NULLIF(TRIM(LEADING '0' FROM ${"7"}), ''), '0')::INTEGER IS DISTINCT FROM NULL`, []],
    [
      sql`erp_price(${1}) + pg_catalog.abs(1)`,
      [
        "-- things.n calls erp_price(): where that is a function of the ERP's own, EXECUTE on it is needed, too.",
        "-- things.n calls pg_catalog.abs(): where that is a function of the ERP's own, EXECUTE on it is needed, too.",
      ],
    ],
  ])("are not confused by words, literals and functions: %#", (written, remarks) => {
    const source = defineSource<Tables>({ name: "erp", dialect: "postgres" });
    const bound = source.bind(contractOf({ n: z.int().nullable() }), {
      table: "head",
      key: "id",
      account: "region",
      fields: { n: integer(expression(["title"], "integer", () => written)) } as never,
    });
    const { lines: printed, undeclared } = grantsFor([bound], role);
    expect(undeclared).toEqual([]);
    expect(printed.slice(3)).toEqual(remarks);
  });
});
