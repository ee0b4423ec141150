/** webERP as the common suite takes it: the demo company twice, the test environment with fewer documents. */

import type { SuiteProject } from "#testing/project.ts";
import gateway from "../../../examples/weberp/gateway.ts";
import { createWebErp, furtherRows, planted, plantSecrets } from "../../examples/weberp/database.ts";
import { addFootprint } from "../../support/footprint.ts";

const same = (...accounts: readonly string[]) => ({ live: accounts, test: accounts });

const fewer = `
  DELETE FROM salesorderdetails WHERE orderno > 10;
  DELETE FROM salesorders WHERE orderno > 10;
  DELETE FROM debtortrans WHERE transno > 3 AND transno < 50;
  DELETE FROM prices WHERE stockid = 'SALT';
  DELETE FROM locstock WHERE stockid = 'FLOUR';
  UPDATE debtorsmaster SET taxref = 'test' WHERE debtorno = 'ANGRY';`;

/** What the example of an order needs today: the demo company's own prices ended years ago. */
const stillSold = `
  INSERT INTO prices (stockid, typeabbrev, currabrev, debtorno, price, branchcode, startdate, enddate)
  SELECT stockid, 'DE', 'USD', '', 5.25, '', '2020-01-01', '9999-12-31' FROM stockmaster;`;

/** Whose is what, by queries written by hand. */
const owned: Readonly<Record<string, (accounts: string) => string>> = {
  customers: (accounts) => `SELECT debtorno FROM debtorsmaster WHERE debtorno IN (${accounts})`,
  orders: (accounts) => `SELECT orderno FROM salesorders WHERE debtorno IN (${accounts})`,
  invoices: (accounts) => `SELECT transno FROM debtortrans WHERE type = 10 AND debtorno IN (${accounts})`,
  payments: (accounts) => `SELECT transno FROM debtortrans WHERE type = 12 AND debtorno IN (${accounts})`,
  prices: (accounts) =>
    `SELECT CONCAT_WS('~', stockid, typeabbrev, currabrev, IF(debtorno = '', '!', debtorno), IF(branchcode = '', '!', branchcode), startdate, enddate) FROM prices WHERE debtorno IN ('', ${accounts})`,
  products: () => "SELECT s.stockid FROM stockmaster s JOIN stockcategory c ON c.categoryid = s.categoryid WHERE c.stocktype <> 'L'",
  stock: () =>
    "SELECT CONCAT(l.stockid, '~', l.loccode) FROM locstock l JOIN stockmaster s ON s.stockid = l.stockid JOIN stockcategory c ON c.categoryid = s.categoryid WHERE c.stocktype <> 'L'",
};

export function webErp(mariadbUrl: string, sharedErp: string): SuiteProject {
  return {
    definition: gateway,
    writesInto: "test",
    accounts: { first: same("ANGRY"), second: same("DUMBLE", "QUICK") },
    async prepare() {
      const databases = { live: await createWebErp(mariadbUrl, sharedErp), test: await createWebErp(mariadbUrl, sharedErp) };
      await databases.live.run(furtherRows + plantSecrets);
      await databases.test.run(fewer + stillSold + plantSecrets);
      for (const database of Object.values(databases)) await addFootprint("mariadb", (statement) => database.run(statement));
      const passwords = await databases.live.rows("SELECT password FROM www_users UNION SELECT password FROM emailsettings WHERE password <> ''");
      return {
        sources: new Map([["weberp", { live: databases.live.url, test: databases.test.url }]]),
        secrets: [...planted, ...passwords.map(([password]) => String(password))],
        expectedIds(resource, environment, accounts) {
          const query = owned[resource];
          return (
            query &&
            databases[environment].rows(query(accounts.map((account) => `'${account}'`).join(", "))).then((rows) => new Set(rows.map(([id]) => String(id))))
          );
        },
        async drop() {
          await databases.live.drop();
          await databases.test.drop();
        },
      };
    },
  };
}
