/** webERP changes under a running gateway, and before it starts: one resource suffers, is named, and recovers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { parseRecordedSchema } from "#gateway";
import gateway from "../../../examples/weberp/gateway.ts";
import { createWebErp } from "../../examples/weberp/database.ts";
import type { MariadbDatabase } from "../../support/mariadb.ts";
import { describeWith } from "../../support/requires.ts";
import { type CheckedGateway, openCheckedGateway } from "./checked-gateway.ts";

const recordFile = join(import.meta.dirname, "../../../examples/weberp/erp/weberp.schema.json");
const recorded = new Map([["weberp", parseRecordedSchema(readFileSync(recordFile, "utf8"), recordFile)]]);
const resources = gateway.contracts.map(({ name }) => name);
const servedBut = (...broken: readonly string[]) => Object.fromEntries(resources.map((name) => [name, broken.includes(name) ? "503 60" : "200"]));

interface Change {
  readonly away: string;
  readonly back: string;
  readonly broken: readonly string[];
  readonly says: Readonly<Record<string, string>>;
}

const broken: Readonly<Record<string, Change>> = {
  "a column dropped": {
    away: "CREATE TABLE kept AS SELECT stockid, barcode FROM stockmaster; ALTER TABLE stockmaster DROP COLUMN barcode",
    back: "ALTER TABLE stockmaster ADD COLUMN barcode VARCHAR(50) NOT NULL DEFAULT ''; UPDATE stockmaster s JOIN kept k USING (stockid) SET s.barcode = k.barcode; DROP TABLE kept",
    broken: ["products"],
    says: { products: "field barcode: stockmaster has no column barcode that this account may read" },
  },
  "a column renamed, which a lookup in child rows reads": {
    away: "ALTER TABLE taxauthorities RENAME COLUMN description TO descr",
    back: "ALTER TABLE taxauthorities RENAME COLUMN descr TO description",
    broken: ["invoices"],
    says: { invoices: "field lines.taxes.name: taxauthorities has no column description that this account may read" },
  },
  "a date made a number": {
    away: "CREATE TABLE kept AS SELECT orderno, confirmeddate FROM salesorders; ALTER TABLE salesorders MODIFY confirmeddate INT NOT NULL DEFAULT 0",
    back: "ALTER TABLE salesorders DROP COLUMN confirmeddate, ADD COLUMN confirmeddate DATE NOT NULL DEFAULT '0000-00-00'; UPDATE salesorders s JOIN kept k USING (orderno) SET s.confirmeddate = k.confirmeddate; DROP TABLE kept",
    broken: ["orders"],
    says: { orders: "field confirmed_on: date cannot read salesorders.confirmeddate, which is int; it was date" },
  },
  "a table renamed": {
    away: "RENAME TABLE locstock TO gone",
    back: "RENAME TABLE gone TO locstock",
    broken: ["stock"],
    says: { stock: "table: there is no table, view or function locstock that this account may read (Table '" },
  },
  "a view whose table lost a column": {
    away: "RENAME TABLE prices TO prices_; CREATE VIEW prices AS SELECT * FROM prices_; ALTER TABLE prices_ RENAME COLUMN enddate TO ends",
    back: "ALTER TABLE prices_ RENAME COLUMN ends TO enddate; DROP VIEW prices; RENAME TABLE prices_ TO prices",
    broken: ["prices"],
    says: { prices: "table: there is no table, view or function prices that this account may read (View '" },
  },
};

describeWith("sharedErp", "webERP", (sharedErp) => {
  describeWith("mariadb", "on MariaDB", (mariadbUrl) => {
    let erp: MariadbDatabase;
    let served: CheckedGateway;
    const run = (statements: string): Promise<void> => erp.run(`SET sql_mode = ''; ${statements}`);

    beforeAll(async () => {
      erp = await createWebErp(mariadbUrl, sharedErp);
    }, 120_000);
    afterAll(() => erp.drop());
    beforeEach(() => {
      served = openCheckedGateway({ definition: gateway, url: erp.url, account: "ANGRY", recorded });
      return () => served.close();
    });

    it.each(Object.entries(broken))("%s: under a running gateway", { timeout: 60_000 }, async (_, change) => {
      expect(await served.statuses()).toEqual(servedBut());
      await run(change.away);
      try {
        await served.statuses();
        await served.status("/v1/invoices?limit=3&expand=lines");
        served.later(400); // a type that changed shows with the next catalogue
        expect(await served.statuses()).toEqual(servedBut(...change.broken));
        const log = served.log();
        for (const name of change.broken) expect(log).toContainEqual(expect.stringContaining(`error live ${name} [${change.says[name]}`));
      } finally {
        await run(change.back);
      }
      expect(await served.statuses()).toEqual(servedBut(...change.broken));
      served.later(11);
      await served.statuses();
      expect(await served.statuses()).toEqual(servedBut());
      expect(served.log()).toContainEqual(expect.stringContaining(`warn live ${change.broken[0]} [] the ERP fits the binding again`));
    });

    it.each(Object.entries(broken))("%s: before it starts", { timeout: 60_000 }, async (_, change) => {
      await run(change.away);
      try {
        expect(await served.check()).toBe(false);
        const log = served.log().filter((line) => line.startsWith("error"));
        for (const name of change.broken) expect(log).toContainEqual(expect.stringContaining(`error test ${name} [${change.says[name]}`));
        expect(log).toHaveLength(2 * change.broken.length);
        expect(await served.statuses()).toEqual(servedBut(...change.broken));
      } finally {
        await run(change.back);
      }
      served.later(3);
      expect(await served.check()).toBe(true);
      expect(await served.statuses()).toEqual(servedBut());
    });

    it.each([
      [
        "ALTER TABLE debtorsmaster MODIFY name VARCHAR(30) CHARACTER SET utf8mb3 NOT NULL DEFAULT ''",
        "field name: debtorsmaster.name was narrowed from varchar(40) utf8mb3 to varchar(30) utf8mb3",
      ],
      [
        "ALTER TABLE debtorsmaster MODIFY taxref VARCHAR(20) CHARACTER SET latin1 NOT NULL DEFAULT ''",
        "field tax_number: debtorsmaster.taxref was narrowed from varchar(20) utf8mb3 to varchar(20) latin1",
      ],
      [
        "ALTER TABLE stockmaster MODIFY decimalplaces TINYINT UNSIGNED NOT NULL DEFAULT 0",
        "field quantity_places: stockmaster.decimalplaces was narrowed from tinyint to tinyint unsigned",
      ],
      [
        "ALTER TABLE stockmaster MODIFY kgs DECIMAL(12,4) NOT NULL DEFAULT 0",
        "field gross_weight_kg: stockmaster.kgs was narrowed from decimal(20,4) to decimal(12,4)",
      ],
    ])("narrowed is said and served: %s", { timeout: 60_000 }, async (change, says) => {
      const other = await createWebErp(mariadbUrl, sharedErp);
      const gatewayOfIt = openCheckedGateway({ definition: gateway, url: other.url, account: "ANGRY", recorded });
      try {
        await other.run(`SET sql_mode = ''; ${change}`);
        expect(await gatewayOfIt.check()).toBe(true);
        expect(gatewayOfIt.log()).toContainEqual(expect.stringContaining(`[${says}`));
        expect(await gatewayOfIt.statuses()).toEqual(servedBut());
      } finally {
        await gatewayOfIt.close();
        await other.drop();
      }
    });
  });
});
