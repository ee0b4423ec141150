/** Each quirk is recognised, on Postgres and on MariaDB, with SELECT alone; and nothing is written. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Conversion, DraftField, TableDraft } from "#erp/introspect/draft.ts";
import { createMariadbDatabase } from "../../support/mariadb.ts";
import { createDatabase } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { grantedOfKunde, quirkyErp } from "./support/quirky-erp.ts";
import { type Introspected, runIntrospect } from "./support/run.ts";

interface Prepared {
  /** Of an account that may read all tables but one, and nothing more. */
  readonly url: string;
  /** Everything the database holds, as one text. */
  contents(): Promise<string>;
  /** Rows written since the database was made, as the server counts them. */
  written(): Promise<number>;
  drop(): Promise<void>;
}

const drafted = ["kunde=customers", "auftrag=orders", "protokoll", "lieferung=deliveries", "leer=empty", "neuer=newer"];

function recognises(dialect: "postgres" | "mariadb", prepare: () => Promise<Prepared>): void {
  let erp: Prepared;
  let run: Introspected;
  let before: string;
  let writtenBefore: number;

  beforeAll(async () => {
    erp = await prepare();
    before = await erp.contents();
    writtenBefore = await erp.written();
    run = await runIntrospect(dialect, erp.url, [...drafted, "geheim", "gibtsnicht"]);
  });
  afterAll(() => erp.drop());

  const draft = (table: string): TableDraft => {
    const found = run.findings.drafts.find((one) => one.table === table);
    if (!found) throw new Error(`no draft of ${table}`);
    return found;
  };
  const field = (table: string, column: string): DraftField => {
    const found = draft(table).fields.find((one) => one.column === column);
    if (!found) throw new Error(`${table}.${column} is not in the draft`);
    return found;
  };
  const is = (column: string, conversion: Partial<Conversion> & { readonly kind: Conversion["kind"] }): void => {
    expect(field("auftrag", column).conversion).toEqual(conversion);
  };
  const left = (table: string, column: string): string | undefined => draft(table).leftOut.find((one) => one.column === column)?.why;

  test("integer dates, with zeros and open ends that mean none", () => {
    is("reqdt", { kind: "date", stored: { kind: "date", form: "yyyymmdd" }, nullWhen: [0] });
    is("gueltbis", { kind: "date", stored: { kind: "date", form: "yyyymmdd" }, nullWhen: [99_999_999] });
    expect(field("auftrag", "reqdt").guess).toMatch(/200 of 300 rows are such dates, 100 say none/);
  });

  test("dates with a century digit, under a name that says nothing", () =>
    is("lieferung", { kind: "date", stored: { kind: "date", form: "cyymmdd" }, nullWhen: [] }));

  test("a time of day beside its date", () => {
    is("orddt", { kind: "dateTime", time: "ordtm", form: "yyyymmdd", nullWhen: [] });
    expect(draft("auftrag").fields.map(({ column }) => column)).not.toContain("ordtm");
  });

  test("julian dates of both forms", () => {
    is("duejd", { kind: "date", stored: { kind: "julian", form: "cyyddd" }, nullWhen: [] });
    is("postjd", { kind: "date", stored: { kind: "julian", form: "yyyyddd" }, nullWhen: [] });
  });

  test("dates in text, with zeros for none", () => is("zahldat", { kind: "date", stored: { kind: "date", form: "yyyymmdd" }, nullWhen: ["00000000"] }));

  test("native dates, with MariaDB's zero date", () =>
    is("natdt", { kind: "date", stored: { kind: "native" }, nullWhen: dialect === "mariadb" ? ["0000-00-00"] : [] }));

  test("a moment in one column, whose time zone people have to name", () => is("changed", { kind: "dateTime", form: "native", nullWhen: [] }));

  test("numbers of orders that look like dates are numbers of orders", () => {
    expect(draft("auftrag").key).toEqual({ kind: "known", columns: ["aufnr"] });
    is("beleg", { kind: "integer" });
    expect(draft("auftrag").lines[0]?.fields.find(({ column }) => column === "aufnr")).toBeUndefined();
  });

  test("amounts in whole cents, and in floating point, with the currency beside them", () => {
    is("netto", { kind: "money", currency: "waers", scale: 2 });
    is("freight_amt", { kind: "money", currency: "waers", places: 2 });
    is("rabatt_pct", { kind: "decimal", places: 2 });
    expect(field("auftrag", "netto").guess).toContain("Compare with a document");
  });

  test("quantities times 1000, and small numbers that are none", () => {
    is("menge", { kind: "decimal", scale: 3 });
    is("anzahl", { kind: "integer" });
  });

  test("yes and no in letters of any language, odd ones aside, and in numbers", () => {
    is("sperre", { kind: "flag", values: { true: ["J"], false: ["N", ""] } });
    expect(field("auftrag", "sperre").guess).toContain("1 odd");
    is("versandflg", { kind: "flag" });
    is("is_urgent", { kind: "flag" });
  });

  test("codes, with every value found, and country codes that need no word", () => {
    is("ordst", { kind: "code", codes: ["10", "20", "30"].map((code) => ({ code, rows: 100, word: undefined })) });
    is("land", { kind: "text", nullWhen: [] });
    expect(run.findings.codes.get("auftrag")?.get("ordst")).toEqual(["10", "20", "30"]);
  });

  test("soft deletion, and a company with one value, become conditions", () => {
    expect(draft("auftrag").where).toMatchObject([
      { column: "mandt", condition: { kind: "equal", value: "100" } },
      { column: "loevm", condition: { kind: "not", values: ["X"] } },
    ]);
  });

  test("keys without the company, and text that programs fill up with spaces", () => {
    expect(draft("kunde").key).toEqual({ kind: "known", columns: ["kunnr"] });
    is("kundenref", { kind: "text", pad: 20, nullWhen: [] });
  });

  test("candidate keys where none is declared, each confirmed by a bounded look", () => {
    expect(draft("protokoll").key).toEqual({
      kind: "open",
      candidates: expect.arrayContaining([expect.objectContaining({ columns: ["zeile"], evidence: "unique in all 200 rows" })]),
    });
    const { key } = draft("protokoll");
    expect(key.kind === "open" && key.candidates.some(({ columns }) => columns.includes("doppelt") && columns.length === 1)).toBe(false);
  });

  test("child rows by a shared key, and not those whose keys are elsewhere", () => {
    expect(draft("auftrag").lines.map(({ table, on, sort }) => ({ table, on, sort }))).toEqual([
      {
        table: "auftrag_pos",
        on: [
          ["mandt", "mandt"],
          ["aufnr", "aufnr"],
        ],
        sort: ["posnr"],
      },
    ]);
  });

  test("references by name and by values, and the account behind them", () => {
    is("kunnr", { kind: "ref", resource: "customers", nullWhen: [] });
    is("regulierer", { kind: "ref", resource: "customers", nullWhen: [] });
    expect(draft("auftrag").accounts.map(({ column }) => column)).toEqual(["kunnr", "regulierer"]);
    expect(field("lieferung", "aufnr").conversion).toEqual({ kind: "ref", resource: "orders", nullWhen: [] });
    expect(draft("lieferung").accounts.map(({ column }) => column)).toEqual(["order.kunnr"]);
    expect(draft("lieferung").joins).toEqual([
      {
        alias: "order",
        table: "auftrag",
        alsoIn: [],
        on: [
          ["mandt", "mandt"],
          ["aufnr", "aufnr"],
        ],
      },
    ]);
  });

  test("secrets and personal data are left out, by name and by what the values look like", () => {
    expect(["passwort", "passwd", "api_token"].map((column) => left("kunde", column))).toEqual(["secret", "secret", "secret"]);
    expect(["gebdat", "email", "telefon2", "konto", "karte"].map((column) => left("kunde", column))).toEqual(Array(5).fill("personal"));
    expect(left("auftrag", "margin")).toBe("internal");
    expect(field("kunde", "extref").conversion).toEqual({ kind: "text", nullWhen: [] });
    expect(run.statements.filter((text) => /passw|api_token|gebdat|email/.test(text))).toEqual([]);
  });

  test("filters and sorts that an index serves are proposed, the others are named", () => {
    const { filters, sorts, unserved } = draft("auftrag");
    expect(filters).toEqual(expect.arrayContaining(["customer_id", field("auftrag", "orddt").name, field("auftrag", "duejd").name]));
    expect(sorts).toEqual(["id", field("auftrag", "orddt").name, field("auftrag", "duejd").name]);
    expect(unserved).toContain(field("auftrag", "ordst").name);
  });

  test("an empty table is drafted from its catalogue alone", () => {
    expect(draft("leer")).toMatchObject({ rowsLookedAt: 0, allRows: true });
    expect(draft("leer").fields.map(({ conversion }) => conversion.kind)).toEqual(["integer", "text"]);
  });

  test("a table it may not read, or that is not there, is named, and the others go on", () => {
    expect(run.findings.failures.map(({ table }) => table)).toEqual(["geheim", "gibtsnicht"]);
    expect(run.findings.drafts).toHaveLength(drafted.length);
  });

  test("enumerated types give their codes, unused ones too; names that a binding cannot write are left out", () => {
    expect(field("neuer", "zustand")).toMatchObject({
      guess: undefined,
      conversion: { kind: "code", codes: ["neu", "alt", "it's"].map((code) => ({ code, rows: 0 })) },
    });
    expect(run.findings.codes.get("neuer")?.get("zustand")).toEqual(["neu", "alt", "it's"]);
    expect(field("neuer", "größe").name).toBe("grosse");
    expect(left("neuer", "a.b")).toBe("no-conversion");
    if (dialect === "postgres") expect([field("neuer", "kennung").conversion.kind, left("neuer", "rest")]).toEqual(["text", "no-conversion"]);
  });

  test("a column it may not read is in no look and no draft", () => {
    expect(draft("kunde").fields.map(({ column }) => column)).not.toContain("intern");
    if (dialect === "postgres") expect(left("kunde", "intern")).toBe("unreadable");
    expect(run.statements.filter((text) => text.includes("intern"))).toEqual([]);
  });

  test("nothing is written: the rows are as before, and every statement reads a limited number of them", async () => {
    expect(await erp.contents()).toBe(before);
    expect(await erp.written()).toBe(writtenBefore);
    const looks = run.statements.filter((text) => !/information_schema|pg_catalog/.test(text));
    expect(looks.length).toBeGreaterThan(10);
    for (const text of looks) {
      expect(text).toMatch(/^SELECT /);
      expect(text, "bounded").toMatch(/\bLIMIT \d+|^SELECT MIN\(/);
    }
  });

  test("of a table larger than the look, rows come from both ends and from between, never all of them", async () => {
    const little = await runIntrospect(dialect, erp.url, ["auftrag=orders"], { rows: 40 });
    const [orders] = little.findings.drafts;
    expect(orders).toMatchObject({ allRows: false });
    expect(orders?.rowsLookedAt).toBeGreaterThan(20);
    expect(orders?.rowsLookedAt).toBeLessThanOrEqual(40);
    expect(orders?.fields.find(({ column }) => column === "duejd")?.guess).toContain("looked at");
  });
}

describe("on Postgres, introspection recognises", () => {
  recognises("postgres", async () => {
    const database = await createDatabase();
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query(quirkyErp("postgres"));
    const role = `reader_${database.name}`;
    await admin.query(
      `CREATE ROLE "${role}" LOGIN PASSWORD 'reader'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO "${role}"; REVOKE ALL ON geheim, kunde FROM "${role}"; GRANT SELECT (${grantedOfKunde}) ON kunde TO "${role}"`,
    );
    const url = new URL(database.url);
    url.username = role;
    url.password = "reader";
    const { rows } = await admin.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    return {
      url: url.href,
      contents: async () => {
        const all: string[] = [];
        for (const { name } of rows) all.push(name, JSON.stringify((await admin.query(`SELECT * FROM ${name} ORDER BY 1, 2`)).rows));
        return all.join("\n");
      },
      written: async () => {
        await admin.query("SELECT pg_stat_force_next_flush()");
        const [row] = (await admin.query<{ sum: string }>("SELECT SUM(n_tup_ins + n_tup_upd + n_tup_del)::TEXT AS sum FROM pg_stat_user_tables")).rows;
        return Number(row?.sum);
      },
      drop: async () => {
        await admin.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
        await admin.end();
        await database.drop();
      },
    };
  });
});

describeWith("mariadb", "on MariaDB, introspection recognises", (at) => {
  recognises("mariadb", async () => {
    const database = await createMariadbDatabase(at);
    await database.run(quirkyErp("mariadb"));
    const user = `r${database.name.slice(-8)}`;
    const tables = (await database.rows(`SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database.name}' ORDER BY 1`)).map(([name]) =>
      String(name),
    );
    const grants = tables
      .filter((table) => table !== "geheim")
      .map((table) => `GRANT SELECT${table === "kunde" ? ` (${grantedOfKunde})` : ""} ON \`${database.name}\`.\`${table}\` TO '${user}'@'%';`);
    await database.run(`CREATE USER '${user}'@'%' IDENTIFIED BY 'reader'; ${grants.join(" ")}`);
    const url = new URL(database.url);
    url.username = user;
    url.password = "reader";
    return {
      url: url.href,
      contents: async () => {
        const all: string[] = [];
        for (const table of tables) all.push(table, JSON.stringify(await database.rows(`SELECT * FROM \`${table}\` ORDER BY 1, 2`)));
        return all.join("\n");
      },
      written: async () => {
        // Row changes of this database alone: the server counts those of all its databases in one.
        const sums = await Promise.all(tables.map((table) => database.rows(`CHECKSUM TABLE \`${table}\``)));
        return sums.reduce((total, [row]) => total + Number(row?.[1] ?? 0), 0);
      },
      drop: async () => {
        await database.run(`DROP USER '${user}'@'%'`);
        await database.drop();
      },
    };
  });
});
