/** The demo in the common suite, with an account that has exactly the grants that `sluice source grants` prints. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSource, openSource } from "#gateway";
import { runCommonSuite } from "#testing/common-suite.ts";
import type { SuiteProject } from "#testing/project.ts";
import gateway from "../../../demo/gateway.ts";
import { ownStore } from "../../support/postgres.ts";
import { type RestrictedAccount, restrictOnPostgres } from "../../support/restricted-account.ts";
import { type DemoDatabases, demoDatabases } from "./databases.ts";
import { demo } from "./project.ts";

const restricted: SuiteProject = {
  ...demo,
  async prepare() {
    const prepared = await demo.prepare();
    const urls = prepared.sources.get("erp");
    if (urls?.live === undefined || urls.test === undefined) throw new Error("no source");
    const { live, test } = urls;
    const account = await restrictOnPostgres(gateway, [live, test]);
    return {
      ...prepared,
      sources: new Map([["erp", { live: account.url(live), test: account.url(test) }]]),
      async drop() {
        await prepared.drop?.();
        await account.drop();
      },
    };
  },
};

runCommonSuite(restricted, ownStore);

describe("outside the printed grants", () => {
  let databases: DemoDatabases;
  let account: RestrictedAccount;
  let client: pg.Client;
  beforeAll(async () => {
    databases = await demoDatabases({ small: true });
    account = await restrictOnPostgres(gateway, [databases.live.url]);
    client = new pg.Client({ connectionString: account.url(databases.live.url) });
    await client.connect();
  }, 120_000);
  afterAll(async () => {
    await client.end();
    await databases.drop();
    await account.drop();
  });

  it.each([
    ["another column", `SELECT "XSECRT" FROM "OEHDR"`],
    ["all columns", `SELECT * FROM "OEHDR"`],
    ["another table", `SELECT "PASSWD" FROM "USRMAS"`],
    ["an insert", `INSERT INTO "CARMAS" ("CARCD", "CARNAM") VALUES ('X', 'X')`],
    ["an update", `UPDATE "OEHDR" SET "ORDST" = '90'`],
    ["a delete", `DELETE FROM "ARPAY"`],
    ["a function", `SELECT * FROM "OE_OPEN_LINES"('01')`],
    ["a table of its own", "CREATE TABLE mine (a INTEGER)"],
  ])("%s is refused", async (_, statement) => {
    await expect(client.query(statement)).rejects.toMatchObject({ code: "42501" });
  });

  it("the check finds the same with these grants as with all, and names what a missing grant takes away", async () => {
    const open = (url: string) =>
      openSource("postgres", {
        url,
        maxConnections: 1,
        acquireTimeoutMs: 5_000,
        statementTimeoutMs: 5_000,
        lockTimeoutMs: 1_000,
        prepare: false,
        applicationName: "test",
      });
    const [all, some] = [open(databases.live.url), open(account.url(databases.live.url))];
    const admin = new pg.Client({ connectionString: databases.live.url });
    await admin.connect();
    try {
      const whole = await checkSource(gateway.resources, all, undefined);
      expect(whole.resources.flatMap(({ findings }) => findings)).toEqual([]);
      expect(await checkSource(gateway.resources, some, undefined)).toEqual(whole);

      await admin.query(
        `REVOKE SELECT ("MRGAMT") ON "OEHDR" FROM ${pg.escapeIdentifier(decodeURIComponent(new URL(account.url(databases.live.url)).username))}`,
      );
      const less = await checkSource(gateway.resources, some, undefined);
      expect(less.resources.filter(({ broken }) => broken).map(({ resource, findings }) => [resource, findings])).toEqual([
        [
          "orders",
          [{ kind: "missing", places: "field margin", what: "OEHDR has no column MRGAMT that this account may read (permission denied for table OEHDR)" }],
        ],
      ]);
    } finally {
      await admin.end();
      await all.close();
      await some.close();
    }
  });
});
