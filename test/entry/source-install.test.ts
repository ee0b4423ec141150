/** `sluice source install` and `uninstall` as typed, into databases that have nothing of the gateway yet. */
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSchema } from "../../demo/erp/generate.ts";
import { createDatabase, type TestDatabase, template } from "../support/postgres.ts";
import { makeProjectFolder } from "./gateway-process.ts";

const demo = fileURLToPath(new URL("../../demo", import.meta.url));
const role = `gw_${randomBytes(4).toString("hex")}`;

const emptyErp = template("meridian_schema", (client) => createSchema(client));

let place: ReturnType<typeof makeProjectFolder>;
let live: TestDatabase;
let sandbox: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  place = makeProjectFolder();
  [live, sandbox] = [await createDatabase(emptyErp), await createDatabase(emptyErp)];
  owner = new pg.Client({ connectionString: live.url });
  await owner.connect();
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'p'`);
});
afterAll(async () => {
  await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  await owner.end();
  await live.drop();
  await sandbox.drop();
  await place.remove();
});

async function source(words: readonly string[], variables: Record<string, string> = { ERP_LIVE_URL: live.url, ERP_TEST_URL: sandbox.url }) {
  const run = place.cli(["source", ...words, "--project", demo], variables);
  const code = await run.ends();
  return { code, out: run.out().trim(), err: run.err().trim() };
}

const tables = async (): Promise<readonly string[]> =>
  (
    await owner.query("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'sluice' AND relkind = 'r' ORDER BY 1")
  ).rows.map(({ relname }) => relname);

describe("sluice source install", { timeout: 120_000 }, () => {
  test("tells an account that may not create tables who else can, and leaves nothing behind", async () => {
    const url = new URL(live.url);
    [url.username, url.password] = [role, "p"];
    const { code, err } = await source(["install"], { ERP_LIVE_URL: url.href });
    expect(code).toBe(1);
    expect(err).toMatch(/^erp, live: this account may not: permission denied for database/);
    expect(err).toContain("source install --print --role <the gateway's>");
    expect(await tables()).toEqual([]);
  });

  test("prints a script that can be run twice, and gives the gateway's role what it needs of the tables and nothing else", async () => {
    const { code, out } = await source(["install", "--print", "--role", role]);
    expect(code).toBe(0);
    await owner.query(out);
    await owner.query(out);
    expect(await tables()).toEqual(["change", "conflict", "footprint", "operation", "receipt", "written"]);
    const url = new URL(live.url);
    [url.username, url.password] = [role, "p"];
    const gateway = new pg.Client({ connectionString: url.href });
    await gateway.connect();
    try {
      await gateway.query("SELECT version FROM sluice.footprint");
      await gateway.query("DELETE FROM sluice.receipt");
      await gateway.query("DELETE FROM sluice.change");
      for (const forbidden of [
        "DELETE FROM sluice.footprint",
        "INSERT INTO sluice.change (relation) VALUES ('X')",
        "TRUNCATE sluice.receipt",
        "CREATE TABLE sluice.mine (a INTEGER)",
        "DROP TABLE sluice.receipt",
      ])
        await expect(gateway.query(forbidden)).rejects.toMatchObject({ code: "42501" });
    } finally {
      await gateway.end();
    }
  });

  test("does nothing where it is, and installs where it is not", async () => {
    const isThere = "is there (version 2), with triggers on 20 tables; nothing was done.";
    expect(await source(["install"])).toEqual({ code: 0, out: `erp, live: ${isThere}\nerp, test: installed, with triggers on 20 tables.`, err: "" });
    expect((await source(["install", "--environment", "test"])).out).toBe(`erp, test: ${isThere}`);
  });

  test("puts triggers back that are missing, and takes away those of tables that are bound no more", async () => {
    await owner.query(`DROP TRIGGER sluice_change ON "OEHDR"; CREATE TABLE "OLD" (a INTEGER)`);
    await owner.query(`CREATE FUNCTION sluice."note OLD"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`);
    await owner.query(`CREATE TRIGGER sluice_change AFTER INSERT ON "OLD" FOR EACH ROW EXECUTE PROCEDURE sluice."note OLD"()`);
    const { code, out } = await source(["install", "--environment", "live"]);
    expect([code, out]).toEqual([0, "erp, live: is there (version 2), with triggers on 20 tables; put in place those on OEHDR; took away note OLD."]);
    await owner.query(`INSERT INTO "OLD" VALUES (1); DROP TABLE "OLD"`);
  });

  test("of receipts alone leaves the ERP's tables alone", async () => {
    const { rows } = await owner.query("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'sluice%'");
    expect(rows).toHaveLength(20);
    const { out } = await source(["install", "--print", "--level", "receipts"]);
    expect(out).not.toMatch(/TRIGGER|"change"/);
    expect((await source(["install", "--print"])).out).toContain("CREATE TRIGGER");
  });

  test("at level none says that nothing is left in the ERP", async () => {
    const { code, out, err } = await source(["install", "--level", "none"]);
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/^erp: at level none nothing is left in the ERP\./);
  });

  test("of an unknown source, or an unknown level, says what there is", async () => {
    expect(await source(["install", "--source", "crm"])).toEqual({ code: 1, out: "", err: 'There is no source "crm". There are: erp.' });
    expect((await source(["install", "--level", "most"])).code).toBe(2);
  });
});

describe("sluice source uninstall", { timeout: 120_000 }, () => {
  test("only prints, and what it prints takes away the footprint alone", async () => {
    expect((await source(["uninstall"])).code).toBe(2);
    await owner.query("CREATE TABLE sluice.partners (id TEXT)");
    const { code, out } = await source(["uninstall", "--print"]);
    expect(code).toBe(0);
    await expect(owner.query(out)).rejects.toMatchObject({ code: "2BP01" });
    expect(await tables()).toContain("partners");
    await owner.query("DROP TABLE sluice.partners");
    await owner.query(out);
    expect((await owner.query("SELECT FROM pg_namespace WHERE nspname = 'sluice'")).rowCount).toBe(0);
    expect((await owner.query("SELECT FROM pg_trigger WHERE tgname LIKE 'sluice%'")).rowCount).toBe(0);
  });
});
