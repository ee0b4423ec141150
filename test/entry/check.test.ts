/** `sluice check` and `sluice start` as typed, against an ERP that changes: what they say, and how they end. */
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DemoDatabases, demoDatabases } from "../projects/demo/databases.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { makeProjectFolder } from "./gateway-process.ts";

const demo = fileURLToPath(new URL("../../demo", import.meta.url));

let place: ReturnType<typeof makeProjectFolder>;
let databases: DemoDatabases;
let erp: pg.Client;

beforeAll(async () => {
  place = makeProjectFolder();
  databases = await demoDatabases({ small: true });
  erp = new pg.Client({ connectionString: databases.live.url });
  await erp.connect();
}, 120_000);
afterAll(async () => {
  await erp.end();
  await databases.drop();
  await place.remove();
});

async function sluice(
  words: readonly string[],
  variables: Record<string, string>,
): Promise<{ readonly code: number | string; readonly out: string; readonly err: string }> {
  const run = place.cli(words, variables);
  const code = await run.ends();
  return { code, out: run.out(), err: run.err() };
}

const check = (...words: readonly string[]) =>
  sluice(["check", "--project", demo, ...words], { ERP_LIVE_URL: databases.live.url, ERP_TEST_URL: databases.test.url });

describe("sluice check", { timeout: 60_000 }, () => {
  test("names what no index serves, with the statement, and fails for it only with --strict", async () => {
    const { code, out, err } = await check();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^erp, live: 9 resources, \d{3} statements explained$/m);
    expect(out).toMatch(
      /^ {2}no index {2}filter status: all rows of the caller's accounts are looked at\n +SELECT … FROM .*CASE WHEN "t"\."SHPDT" <> 0 .*LIMIT \$\d$/m,
    );
    expect(out).toMatch(/^orders\n {2}accepted {2}filter status: an index finds the customer's orders, and/m);
    expect(out).toMatch(/^ {2}no index {2}filter requested_on, \[gt\], \[gte\], \[lt\], \[lte\]: /m);
    expect(out).toMatch(/^ {2}no index {2}sort due_on, -due_on: /m);
    expect(out).toMatch(/^ {2}no index {2}filter reference: .* in OEHDRA$/m);
    // What an index serves is not named: the sort and its pages, the id, what belongs to an account, lines.
    for (const served of ["placed_at", "filter customer_id", "the list", "a single read", "lines ", "filter order_id", "next page"])
      expect(out).not.toContain(served);
    expect((await check("--strict")).code).toBe(1);
    expect((await check("--env", "test")).out).not.toContain("live");
  });

  test("an index that is added, or taken away, is noticed", async () => {
    await erp.query(
      `CREATE INDEX planned ON "SHHDR" ("COMPNY", "TRKNO"); CREATE INDEX state ON "INHDR" ("COMPNY", "CUSNO", "DUEDT", "INVNO"); CREATE INDEX state2 ON "INHDR" ("COMPNY", "BILTO", "DUEDT", "INVNO")`,
    );
    await erp.query(`DROP INDEX "OEHDR1"; DROP INDEX "OEHDR2"; ALTER TABLE "OELIN" DROP CONSTRAINT "OELIN_pkey"`);
    try {
      const { out } = await check("--env", "live");
      for (const served of ["tracking_number", "due_on"]) expect(out).not.toContain(served);
      expect(out).toMatch(/^ {2}no index {2}sort placed_at, -placed_at: /m);
      expect(out).toMatch(/^ {2}no index {2}filter placed_at, \[gt\], \[gte\], \[lt\], \[lte\]: .* in OEHDR$/m);
      expect(out).toMatch(/^ {2}no index {2}lines lines: the whole table is read for every page of parents$/m);
    } finally {
      await erp.query(`
        DROP INDEX planned, state, state2;
        CREATE INDEX "OEHDR1" ON "OEHDR" ("COMPNY", "CUSNO", "ORDDT", "ORDTM", "ORDNO"); CREATE INDEX "OEHDR2" ON "OEHDR" ("COMPNY", "CUSNO", "ORDST", "ORDDT", "ORDTM", "ORDNO");
        ALTER TABLE "OELIN" ADD CONSTRAINT "OELIN_pkey" PRIMARY KEY ("COMPNY", "ORDNO", "LINNO")`);
    }
  });

  test("a missing column and a narrowed one are named with field and resource, and fail it", async () => {
    await erp.query(`ALTER TABLE "ARPAY" RENAME "BNKREF" TO "BANKREF"; ALTER TABLE "ITMEXT" ALTER "LENMM" TYPE SMALLINT`);
    try {
      const { code, out } = await check("--env", "live");
      expect(code).toBe(1);
      expect(out).toMatch(
        /^payments\n {2}BROKEN {4}field bank_reference: ARPAY has no column BNKREF that this account may read \(column t\.BNKREF does not exist\)\n +The gateway answers 503 for it, and serves the others\.$/m,
      );
      expect(out).toMatch(/^ {2}changed {3}field dimensions_mm\.length: ITMEXT\.LENMM was narrowed from integer to smallint$/m);
      expect(out).toContain("1 resource broken, 1 column changed");
      const json: unknown = JSON.parse((await check("--json")).out);
      expect(json).toMatchObject({
        sources: [
          {
            source: "erp",
            environment: "live",
            compared_with_record: true,
            resources: expect.arrayContaining([
              expect.objectContaining({
                resource: "payments",
                broken: true,
                findings: [expect.objectContaining({ kind: "missing", places: "field bank_reference" })],
              }),
              expect.objectContaining({ resource: "orders", broken: false, findings: [] }),
            ]),
          },
          { environment: "test" },
        ],
      });
    } finally {
      await erp.query(`ALTER TABLE "ARPAY" RENAME "BANKREF" TO "BNKREF"; ALTER TABLE "ITMEXT" ALTER "LENMM" TYPE INTEGER`);
    }
  });

  test("an ERP that cannot be reached is a sentence", async () => {
    const nowhere = "postgres://u:hunter2@127.0.0.1:1/erp";
    expect(await sluice(["check", "--project", demo, "--env", "live"], { ERP_LIVE_URL: nowhere })).toEqual({
      code: 1,
      out: "",
      err: "The ERP cannot be asked: connect ECONNREFUSED 127.0.0.1:1\n",
    });
  });

  test("what is recorded is compared from then on, and a broken ERP is not recorded", async () => {
    const own = await createDatabase();
    const client = new pg.Client({ connectionString: own.url });
    await client.connect();
    const trial = (...words: readonly string[]) => sluice(["check", "--project", ".", "--env", "live", ...words], { ERP_LIVE_URL: own.url });
    const file = join(place.project, "erp/erp.schema.json");
    try {
      await client.query("CREATE TABLE thing (id VARCHAR(10) PRIMARY KEY, weight BIGINT NOT NULL)");
      expect((await trial()).out).toContain("No description is recorded");
      expect(await trial("--record")).toMatchObject({ code: 0, out: "Wrote erp/erp.schema.json: 2 columns of 1 table. Commit it.\n" });
      const recorded = readFileSync(file, "utf8");
      expect(recorded).toBe(
        `{\n  "source": "erp",\n  "tables": {\n    "thing": {\n      "id": { "type": "character varying", "length": 10, "nullable": false },\n      "weight": { "type": "bigint", "nullable": false }\n    }\n  }\n}\n`,
      );
      expect(await trial()).toMatchObject({ code: 0, out: expect.stringContaining("All is well.") });
      await client.query("ALTER TABLE thing ALTER weight TYPE INTEGER");
      expect(await trial()).toMatchObject({
        code: 1,
        out: expect.stringContaining("changed   field weight: thing.weight was narrowed from bigint to integer"),
      });
      await client.query("ALTER TABLE thing DROP weight");
      expect(await trial("--record")).toMatchObject({ code: 1, out: "", err: expect.stringContaining("Nothing was recorded") });
      expect(readFileSync(file, "utf8")).toBe(recorded);
    } finally {
      await client.end();
      await own.drop();
    }
    expect(existsSync(file)).toBe(true);
  });
});

describe("sluice start", { timeout: 60_000 }, () => {
  let store: TestDatabase;
  beforeAll(async () => {
    store = await createDatabase(gatewayTables);
  });
  afterAll(() => store.drop());

  const start = (live: string, test: string) =>
    place.cli(["start", "--project", demo], {
      DATABASE_URL: store.url,
      ERP_LIVE_URL: live,
      ERP_TEST_URL: test,
      SLUICE_KEY_PEPPER: `1:${randomBytes(32).toString("base64")}`,
      SLUICE_SECRET: randomBytes(32).toString("base64"),
      HOST: "127.0.0.1",
      SOURCE_TIMEOUT_MS: "1000",
    });

  test("says which field of which resource, and starts", async () => {
    await erp.query(`ALTER TABLE "ARPAY" RENAME "BNKREF" TO "BANKREF"; ALTER TABLE "ITMEXT" ALTER "LENMM" TYPE SMALLINT`);
    const gateway = start(databases.live.url, databases.test.url);
    try {
      const url = await gateway.serves();
      await gateway.says("the ERP does not fit the binding");
      await gateway.says("the ERP has changed under the binding");
      const lines: readonly unknown[] = gateway
        .out()
        .split("\n")
        .filter((line) => line.startsWith('{"level":50') || line.startsWith('{"level":40'))
        // What scans come across in the demo's dirty rows.
        .filter((line) => !line.includes("a value in the ERP does not fit its binding"))
        .map((line): unknown => JSON.parse(line));
      expect(lines).toEqual([
        expect.objectContaining({
          level: 40,
          resource: "products",
          source: "erp",
          environment: "live",
          findings: [expect.stringContaining("field dimensions_mm.length: ITMEXT.LENMM was narrowed")],
        }),
        expect.objectContaining({
          level: 50,
          resource: "payments",
          source: "erp",
          environment: "live",
          findings: [expect.stringContaining("field bank_reference: ARPAY has no column BNKREF")],
        }),
      ]);
      expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: "degraded", broken_resources: ["payments.live"] });
    } finally {
      gateway.child.kill("SIGTERM");
      await gateway.ends();
      await erp.query(`ALTER TABLE "ARPAY" RENAME "BANKREF" TO "BNKREF"; ALTER TABLE "ITMEXT" ALTER "LENMM" TYPE INTEGER`);
    }
  });

  test("with an ERP that is down it serves health and documents all the same", async () => {
    const gateway = start("postgres://u:x@127.0.0.1:1/erp", databases.test.url);
    try {
      const url = await gateway.serves();
      for (const path of ["/health", "/docs", "/openapi/2026-11-01.json"]) expect((await fetch(url + path)).status).toBe(200);
      await expect
        .poll(async () => (await fetch(`${url}/health`)).json(), { timeout: 10_000 })
        .toMatchObject({ status: "degraded", sources: { "erp.live": "unavailable", "erp.test": "available" } });
    } finally {
      gateway.child.kill("SIGTERM");
      expect(await gateway.ends()).toBe(0);
    }
  });
});
