/** `sluice doctor`: every part of a set-up that is wrong is named with what to do, and what is right is said to be. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createMariadbDatabase, type MariadbDatabase } from "../support/mariadb.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { makeProjectFolder } from "./gateway-process.ts";

const report = z.strictObject({
  serves: z.boolean(),
  faults: z.int(),
  warnings: z.int(),
  findings: z.array(z.strictObject({ about: z.string(), state: z.enum(["ok", "warning", "fault"]), says: z.string(), remedy: z.string().optional() })),
});

let place: ReturnType<typeof makeProjectFolder>;
beforeEach(() => {
  place = makeProjectFolder();
});
afterEach(() => place.remove());

interface Diagnosis extends z.infer<typeof report> {
  readonly code: number | string;
  /** `state about: says`, those that are not well. */
  readonly complaints: readonly string[];
  readonly text: string;
}

async function doctor(variables: Record<string, string> = {}): Promise<Diagnosis> {
  const run = place.cli(["doctor", "--project", ".", "--json"], { PORT: "0", ...variables });
  const code = await run.ends();
  expect(run.err()).toBe("");
  const found = report.parse(JSON.parse(run.out()));
  for (const { state, remedy } of found.findings) expect(remedy === undefined).toBe(state === "ok");
  expect(code).toBe(found.faults === 0 ? 0 : 1);
  const files = ["package", "compiler", "documents"]; // the trial project has none of these
  const complaints = found.findings
    .filter(({ state, about }) => state !== "ok" && !files.includes(about))
    .map(({ about, state, says }) => `${state} ${about}: ${says}`);
  return { ...found, code, complaints, text: run.out() };
}

const secrets = (): Record<string, string> => ({
  SLUICE_KEY_PEPPER: `1:${randomBytes(32).toString("base64")}`,
  SLUICE_SECRET: randomBytes(32).toString("base64"),
  PUBLIC_URL: "https://api.example.com",
});

/** The same place for an account of its own. */
function as(url: string, user: string, password: string): string {
  const own = new URL(url);
  own.username = user;
  own.password = password;
  return own.href;
}

test("a project with its bundled ERP and nothing configured can be served; only its own files are wanting", { timeout: 60_000 }, async () => {
  const { serves, complaints, findings } = await doctor();
  expect([serves, complaints]).toEqual([true, []]);
  expect(findings.filter(({ state }) => state !== "ok").map(({ about }) => about)).toEqual(["package", "compiler", "documents"]);
});

describe("with databases of its own", { timeout: 60_000 }, () => {
  const reader = `reader_${randomBytes(4).toString("hex")}`;
  let live: TestDatabase;
  let test_: TestDatabase;
  let store: TestDatabase;

  async function inDatabase(url: string, ...statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  beforeAll(async () => {
    [live, test_, store] = [await createDatabase(), await createDatabase(), await createDatabase(gatewayTables)];
    const table = "CREATE TABLE thing (id text primary key, weight int not null)";
    await inDatabase(live.url, table, `CREATE ROLE ${reader} LOGIN PASSWORD 'only-reads'`, `GRANT SELECT ON thing TO ${reader}`);
    await inDatabase(test_.url, table, `GRANT SELECT ON thing TO ${reader}`);
  });
  afterAll(async () => {
    await test_.drop();
    await inDatabase(live.url, `DROP OWNED BY ${reader}`, `DROP ROLE ${reader}`);
    await live.drop();
    await store.drop();
  });

  const complete = (): Record<string, string> => ({
    DATABASE_URL: store.url,
    ERP_LIVE_URL: as(live.url, reader, "only-reads"),
    ERP_TEST_URL: as(test_.url, reader, "only-reads"),
    ...secrets(),
  });

  test("everything in order is said to be, with servers and accounts by name", async () => {
    const { complaints, findings } = await doctor(complete());
    expect(complaints).toEqual([]);
    expect(findings.map(({ about, says }) => `${about}: ${says}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(new RegExp(`^erp\\.live: A PostgreSQL \\d.*, entered as ${reader}\\.$`)),
        "erp.test: The account can only read.",
        "erp.live: Statements run under their time limits, in read-only transactions.",
        "erp.live: All bound tables are there.",
        expect.stringMatching(/^store: DATABASE_URL leads to a PostgreSQL .* with all tables of this version\.$/),
      ]),
    );
  });

  test("an account that can write, one database for both environments and a table that is gone are named", async () => {
    await inDatabase(live.url, "ALTER TABLE thing RENAME TO thing_old", "CREATE TABLE other (id int)");
    try {
      const { complaints, serves } = await doctor({ ...complete(), ERP_LIVE_URL: live.url, ERP_TEST_URL: live.url });
      expect(serves).toBe(false);
      expect(complaints).toEqual([
        "warning erp: Its live and its test environment are the same database.",
        "warning erp.live: The account can do more than read: it is a superuser, and it may change public.other, public.thing_old.",
        "fault erp.live: things: there is no table thing, or the account may not see it.",
        "warning erp.test: The account can do more than read: it is a superuser, and it may change public.other, public.thing_old.",
        "fault erp.test: things: there is no table thing, or the account may not see it.",
      ]);
    } finally {
      await inDatabase(live.url, "ALTER TABLE thing_old RENAME TO thing", "DROP TABLE other");
    }
  });

  test("what cannot be reached, entered, or has no tables yet is each named by its variable, and no password is shown", async () => {
    const empty = await createDatabase();
    try {
      const unreachable = await doctor({
        ...complete(),
        ERP_LIVE_URL: "postgres://erp:hunter2@127.0.0.1:1/erp",
        ERP_TEST_URL: as(test_.url, reader, "hunter3"),
        DATABASE_URL: empty.url,
      });
      expect(unreachable.complaints).toEqual([
        expect.stringMatching(/^fault store: DATABASE_URL leads to a PostgreSQL .* that lacks 0001_partners_and_keys\.sql/),
        "fault erp.live: ERP_LIVE_URL: connect ECONNREFUSED 127.0.0.1:1",
        `fault erp.test: ERP_TEST_URL: password authentication failed for user "${reader}"`,
      ]);
      expect(unreachable.text).not.toMatch(/hunter[23]/);
      const gone = await doctor({ ...complete(), DATABASE_URL: "postgres://u:hunter4@127.0.0.1:1/sluice" });
      expect(gone.complaints).toEqual(["fault store: DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1"]);
    } finally {
      await empty.drop();
    }
  });

  test("variables that are missing or wrong are all named, and secrets that are none are refused", async () => {
    const wrong = await doctor({ DATABASE_URL: store.url, PORT: "eighty" });
    expect(wrong.complaints.map((complaint) => complaint.split(" ").slice(0, 3).join(" "))).toEqual(
      ["PORT", "ERP_LIVE_URL", "ERP_TEST_URL", "SLUICE_KEY_PEPPER", "SLUICE_SECRET"].map((name) => `fault environment: ${name}`),
    );
    const sentence = Buffer.from("correct horse battery staple, and more").toString("base64");
    const weak = await doctor({ ...complete(), SLUICE_KEY_PEPPER: `1:${sentence}`, SLUICE_SECRET: sentence });
    expect(weak.complaints).toEqual([
      "fault secrets: SLUICE_KEY_PEPPER 1 does not look random.",
      "fault secrets: SLUICE_SECRET does not look random.",
      "fault secrets: The same bytes serve as several secrets.",
    ]);
    expect(weak.text).not.toContain(sentence);
  });

  test("one environment without a URL is a warning, and .env of the project counts", async () => {
    const { ERP_TEST_URL: _left, ...others } = complete();
    writeFileSync(
      join(place.project, ".env"),
      Object.entries(others)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
      { mode: 0o600 },
    );
    const { complaints } = await doctor();
    expect(complaints).toEqual(["warning erp.test: ERP_TEST_URL is not set: test keys are answered with 503."]);
  });

  test("a port in use is a fault, unless it is this project's own gateway that uses it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const PORT = String(typeof address === "object" && address ? address.port : 0);
    expect((await doctor({ ...complete(), HOST: "127.0.0.1", PORT })).complaints).toEqual([`fault port: Port ${PORT} on 127.0.0.1 is in use.`]);
    server.close();

    const gateway = place.run([], { ERP_LIVE_URL: live.url });
    const url = await gateway.serves();
    const { findings } = await doctor({ ERP_LIVE_URL: live.url, PORT: new URL(url).port });
    expect(findings).toContainEqual({ about: "port", state: "ok", says: `This project's gateway is running, at ${url}.` });
  });
});

test("a project that does not load is told why in one line", { timeout: 60_000 }, async () => {
  const path = join(place.project, "gateway.ts");
  writeFileSync(path, readFileSync(path, "utf8").replace('from "sluice"', 'from "./elsewhere.ts"'));
  const { complaints } = await doctor();
  expect(complaints).toEqual([expect.stringMatching(/^fault project: It does not load: Cannot find module .*elsewhere\.ts/)]);
});

describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
  const user = `reader_${randomBytes(4).toString("hex")}`;
  let database: MariadbDatabase;
  beforeAll(async () => {
    database = await createMariadbDatabase(mariadbUrl);
    await database.run("CREATE TABLE thing (id varchar(10) primary key, weight int not null)");
    await database.run(`CREATE USER '${user}'@'%' IDENTIFIED BY 'only-reads'; GRANT SELECT (id, weight) ON \`${database.name}\`.thing TO '${user}'@'%'`);
  });
  afterAll(async () => {
    await database.run(`DROP USER '${user}'@'%'`);
    await database.drop();
  });

  test("an account with SELECT alone passes, one with more is named with what it holds", { timeout: 60_000 }, async () => {
    const path = join(place.project, "gateway.ts");
    writeFileSync(path, readFileSync(path, "utf8").replace('dialect: "postgres"', 'dialect: "mariadb"'));
    const { complaints, findings } = await doctor({ ERP_LIVE_URL: as(database.url, user, "only-reads"), ERP_TEST_URL: database.url });
    expect(complaints).toEqual([expect.stringMatching(/^warning erp\.test: The account can do more than read: it holds ALL PRIVILEGES/)]);
    expect(findings.map(({ about, says }) => `${about}: ${says}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^erp\.live: A MariaDB \d.*, entered as /),
        "erp.live: The account can only read.",
        "erp.live: Statements run under their time limits, in read-only transactions.",
      ]),
    );
  });
});
