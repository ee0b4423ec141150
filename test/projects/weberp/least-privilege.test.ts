/** webERP in the common suite, with an account that has exactly the grants that `sluice source grants` prints. */
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkSource, openSource } from "#gateway";
import { runCommonSuite } from "#testing/common-suite.ts";
import type { SuiteProject } from "#testing/project.ts";
import gateway from "../../../examples/weberp/gateway.ts";
import { createWebErp } from "../../examples/weberp/database.ts";
import { addFootprint } from "../../support/footprint.ts";
import type { MariadbDatabase } from "../../support/mariadb.ts";
import { ownStore } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { type RestrictedAccount, restrictOnMariadb } from "../../support/restricted-account.ts";
import { webErp } from "./project.ts";

function restricted(mariadbUrl: string, sharedErp: string): SuiteProject {
  const project = webErp(mariadbUrl, sharedErp);
  return {
    ...project,
    async prepare() {
      const prepared = await project.prepare();
      const urls = prepared.sources.get("weberp");
      if (urls?.live === undefined || urls.test === undefined) throw new Error("no source");
      const { live, test } = urls;
      const account = await restrictOnMariadb(gateway, [live, test]);
      return {
        ...prepared,
        sources: new Map([["weberp", { live: account.url(live), test: account.url(test) }]]),
        async drop() {
          await account.drop();
          await prepared.drop?.();
        },
      };
    },
  };
}

describeWith("sharedErp", "webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB with the printed grants", (mariadbUrl) => {
    runCommonSuite(restricted(mariadbUrl, sharedErp), ownStore);

    describe("outside them", () => {
      let erp: MariadbDatabase;
      let account: RestrictedAccount;
      let client: mysql.Connection;
      beforeAll(async () => {
        erp = await createWebErp(mariadbUrl, sharedErp);
        await addFootprint("mariadb", (statement) => erp.run(statement));
        account = await restrictOnMariadb(gateway, [erp.url]);
        client = await mysql.createConnection({ uri: account.url(erp.url) });
      }, 120_000);
      afterAll(async () => {
        await client.end();
        await account.drop();
        await erp.drop();
      });

      it.each([
        ["another column", "SELECT ediserverpwd FROM debtorsmaster", 1143],
        ["all columns", "SELECT * FROM debtorsmaster", 1142],
        ["another table", "SELECT password FROM www_users", 1142],
        ["an insert", "INSERT INTO holdreasons (reasoncode) VALUES (99)", 1142],
        ["an update", "UPDATE custbranch SET email = ''", 1142],
        ["a delete", "DELETE FROM prices", 1142],
        ["a table of its own", "CREATE TABLE mine (a INT)", 1142],
      ])("%s is refused", async (_, statement, errno) => {
        await expect(client.query(statement)).rejects.toMatchObject({ errno });
      });

      it("the check works with these grants, and says of a missing one what it takes away", async () => {
        const database = openSource("mariadb", {
          url: account.url(erp.url),
          maxConnections: 1,
          acquireTimeoutMs: 5_000,
          statementTimeoutMs: 5_000,
          lockTimeoutMs: 1_000,
          prepare: false,
          applicationName: "test",
        });
        try {
          const whole = await checkSource(gateway.resources, database, undefined);
          expect(whole.resources.flatMap(({ findings }) => findings)).toEqual([]);
          expect(whole.resources.every(({ judgement }) => (judgement?.explained ?? 0) > 10)).toBe(true);
          await erp.run(`REVOKE SELECT (barcode) ON \`${erp.name}\`.stockmaster FROM '${new URL(account.url(erp.url)).username}'@'%'`);
          const less = await checkSource(gateway.resources, database, undefined);
          expect(less.resources.filter(({ broken }) => broken).map(({ resource, findings }) => [resource, findings])).toEqual([
            [
              "products",
              [
                {
                  kind: "missing",
                  places: "field barcode",
                  what: expect.stringMatching(/^stockmaster has no column barcode that this account may read \(SELECT command denied/),
                },
              ],
            ],
          ]);
        } finally {
          await database.close();
        }
      });
    });
  });
});
