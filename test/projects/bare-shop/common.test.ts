/** A shop whose ERP takes none of the gateway's tables, in the common suite. */
import { describe } from "vitest";
import { runCommonSuite } from "#testing/common-suite.ts";
import type { SuiteProject } from "#testing/project.ts";
import { ownStore } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";
import { bareShopGateway } from "../../writes/bare-shop.ts";
import { shopDatabase } from "../../writes/serve-shop.ts";
import type { ShopDialect } from "../../writes/shop.ts";

const rows = `
  INSERT INTO ordhdr VALUES ('P1', 'C1', '10', 'by phone', '', '', '', 5, 'DHL', '', 0, '2026-01-01 00:00:00'),
    ('P2', 'C2', '90', 'by fax', '', '', '', 4, 'DHL', 'late', 0, '2026-01-02 00:00:00'), ('P3', 'C3', '10', 'by phone', '', '', '', 3, 'DHL', '', 0, '2026-01-03 00:00:00');
  INSERT INTO ordlin VALUES ('P1', 1, 'A', 2), ('P1', 2, 'B', 1), ('P3', 1, 'B', 7);`;

/** Whose is what, by queries written by hand. */
const owned: Readonly<Record<string, (accounts: string) => string>> = {
  orders: (accounts) => `SELECT ordno FROM ordhdr WHERE cusno IN (${accounts})`,
  customers: (accounts) => `SELECT cusno FROM customer WHERE cusno IN (${accounts})`,
  products: () => "SELECT itmno FROM item",
};

function bareShop(dialect: ShopDialect, at: string | undefined): SuiteProject {
  return {
    definition: bareShopGateway(dialect),
    accounts: { first: { live: ["C1", "C2"], test: ["C1", "C2"] }, second: { live: ["C3"], test: ["C3"] } },
    writesInto: "test",
    async prepare() {
      const databases = { live: await shopDatabase(dialect, at, "none"), test: await shopDatabase(dialect, at, "none") };
      for (const database of Object.values(databases)) await database.run(rows);
      await databases.test.run("UPDATE ordhdr SET prio = prio + 1; UPDATE item SET title = CONCAT(title, ' 2'); UPDATE customer SET city = CONCAT(city, ' 2')");
      return {
        sources: new Map([["shop", { live: databases.live.url, test: databases.test.url }]]),
        expectedIds(resource, environment, accounts) {
          const query = owned[resource];
          const list = accounts.map((account) => `'${account}'`).join(", ");
          return query && databases[environment].rows(query(list)).then((found) => new Set(found.map(([id]) => String(id).trim())));
        },
        async drop() {
          await databases.live.drop();
          await databases.test.drop();
        },
      };
    },
  };
}

describe("on Postgres", () => runCommonSuite(bareShop("postgres", undefined), ownStore));
describeWith("mariadb", "on MariaDB", (at) => runCommonSuite(bareShop("mariadb", at), ownStore));
