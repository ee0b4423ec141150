/** Meridian changes under a running gateway, and before it starts: one resource suffers, is named, and recovers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseRecordedSchema } from "#gateway";
import gateway from "../../../demo/gateway.ts";
import { type DemoDatabases, demoDatabases } from "../../projects/demo/databases.ts";
import { type CheckedGateway, openCheckedGateway } from "./checked-gateway.ts";

const recordFile = join(import.meta.dirname, "../../../demo/erp/erp.schema.json");
const recorded = new Map([["erp", parseRecordedSchema(readFileSync(recordFile, "utf8"), recordFile)]]);

let databases: DemoDatabases;
let erp: pg.Client;
let served: CheckedGateway;

beforeAll(async () => {
  databases = await demoDatabases({ small: true });
  erp = new pg.Client({ connectionString: databases.live.url });
  await erp.connect();
}, 120_000);
afterAll(async () => {
  await erp.end();
  await databases.drop();
});
beforeEach(() => {
  served = openCheckedGateway({ definition: gateway, url: databases.live.url, account: "C0000001", recorded });
  return () => served.close();
});

const resources = gateway.contracts.map(({ name }) => name);
/** All are served but those named. */
const servedBut = (...broken: readonly string[]) => Object.fromEntries(resources.map((name) => [name, broken.includes(name) ? "503 60" : "200"]));

interface Change {
  readonly away: string;
  readonly back: string;
  readonly broken: readonly string[];
  /** What an operator reads, by resource. */
  readonly says: Readonly<Record<string, string>>;
}

const broken: Readonly<Record<string, Change>> = {
  "a column dropped": {
    away: `CREATE TABLE "KEPT" AS SELECT "COMPNY", "PAYNO", "BNKREF" FROM "ARPAY"; ALTER TABLE "ARPAY" DROP COLUMN "BNKREF"`,
    back: `ALTER TABLE "ARPAY" ADD COLUMN "BNKREF" VARCHAR(35); UPDATE "ARPAY" p SET "BNKREF" = k."BNKREF" FROM "KEPT" k WHERE k."COMPNY" = p."COMPNY" AND k."PAYNO" = p."PAYNO"; DROP TABLE "KEPT"`,
    broken: ["payments"],
    says: { payments: "field bank_reference: ARPAY has no column BNKREF that this account may read" },
  },
  "a column renamed, which two resources read": {
    away: `ALTER TABLE "OEHDRA" RENAME "CUSNO" TO "CUSTNO"`,
    back: `ALTER TABLE "OEHDRA" RENAME "CUSTNO" TO "CUSNO"`,
    broken: ["orders", "shipments"],
    says: {
      orders: "account, field customer_id, field address_id: OEHDRA has no column CUSNO that this account may read",
      shipments: "account: OEHDRA has no column CUSNO that this account may read",
    },
  },
  "a column of child rows renamed": {
    away: `ALTER TABLE "CUSSHP" RENAME "GLNNO" TO "GLN"`,
    back: `ALTER TABLE "CUSSHP" RENAME "GLN" TO "GLNNO"`,
    broken: ["customers", "addresses"],
    says: {
      addresses: "field gln: CUSSHP has no column GLNNO that this account may read",
      customers: "field addresses.gln: CUSSHP has no column GLNNO that this account may read",
    },
  },
  "a column of an expression renamed": {
    away: `ALTER TABLE "SHHDR" RENAME "PCKFLG" TO "PICKED"`,
    back: `ALTER TABLE "SHHDR" RENAME "PICKED" TO "PCKFLG"`,
    broken: ["shipments"],
    says: { shipments: "field status: SHHDR has no column PCKFLG that this account may read" },
  },
  "a date that was a number made a real date": {
    away: `ALTER TABLE "INHDR" ALTER "DUEDT" TYPE DATE USING CASE WHEN "DUEDT" BETWEEN 19000101 AND 21000000 THEN to_date("DUEDT"::TEXT, 'YYYYMMDD') ELSE '1900-01-01' END`,
    back: `ALTER TABLE "INHDR" ALTER "DUEDT" TYPE INTEGER USING to_char("DUEDT", 'YYYYMMDD')::INTEGER`,
    broken: ["invoices"],
    says: { invoices: "field due_on: date cannot read INHDR.DUEDT, which is date; it was integer" },
  },
  "a table dropped, which others look up": {
    away: `ALTER TABLE "ITMTXT" RENAME TO "GONE"`,
    back: `ALTER TABLE "GONE" RENAME TO "ITMTXT"`,
    broken: ["products"],
    says: { products: "field name_en, field description: there is no table, view or function ITMTXT that this account may read" },
  },
  "an archive whose column is of another type": {
    away: `ALTER TABLE "OEHDRA" ALTER "CNFDT" TYPE TEXT`,
    back: `ALTER TABLE "OEHDRA" ALTER "CNFDT" TYPE INTEGER USING "CNFDT"::INTEGER`,
    broken: ["orders"],
    says: { orders: "the database refuses the statement: UNION types integer and text cannot be matched" },
  },
};

describe("a change that breaks a resource", { timeout: 60_000 }, () => {
  it.each(Object.entries(broken))("%s: under a running gateway", async (_, change) => {
    expect(await served.statuses()).toEqual(servedBut());
    await erp.query(change.away);
    try {
      // Pooled connections hold plans of the table as it was: each may fail once for them.
      await served.statuses();
      served.later(400); // a type that changed shows with the next catalogue
      expect(await served.statuses()).toEqual(servedBut(...change.broken));
      const log = served.log();
      for (const name of change.broken) expect(log).toContainEqual(expect.stringContaining(`error live ${name} [${change.says[name]}`));
      expect(await served.health()).toMatchObject({ status: "degraded", broken_resources: change.broken.map((name) => `${name}.live`) });
    } finally {
      await erp.query(change.back);
    }
    // Not before it is looked at again, so that a broken resource costs the ERP next to nothing.
    expect(await served.statuses()).toEqual(servedBut(...change.broken));
    served.later(11);
    await served.statuses();
    expect(await served.statuses()).toEqual(servedBut());
    expect(served.log()).toContainEqual(expect.stringContaining(`warn live ${change.broken[0]} [] the ERP fits the binding again`));
    expect(await served.health()).not.toHaveProperty("broken_resources");
  });

  it.each(Object.entries(broken))("%s: before it starts", async (_, change) => {
    await erp.query(change.away);
    try {
      expect(await served.check()).toBe(false);
      const log = served.log();
      // One database stands for both environments here.
      for (const environment of ["live", "test"])
        for (const name of change.broken) expect(log).toContainEqual(expect.stringContaining(`error ${environment} ${name} [${change.says[name]}`));
      expect(log.filter((line) => line.startsWith("error"))).toHaveLength(2 * change.broken.length);
      expect(await served.statuses()).toEqual(servedBut(...change.broken));
      expect(await served.check()).toBe(false);
      expect(served.log().filter((line) => line.startsWith("error"))).toEqual([]); // said once
    } finally {
      await erp.query(change.back);
    }
    served.later(3);
    expect(await served.check()).toBe(true);
    expect(await served.statuses()).toEqual(servedBut());
  });
});

it("a statement that fails though it can be planned is refused, and tried again by one request", { timeout: 60_000 }, async () => {
  await erp.query(`
    CREATE TABLE "RATES" AS SELECT 1 AS "RATE";
    CREATE FUNCTION rate() RETURNS BIGINT LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT "RATE" FROM "RATES"); END $$;
    ALTER TABLE "STKBAL" RENAME TO "STKBAL_";
    CREATE VIEW "STKBAL" AS SELECT "COMPNY", "ITMNO", "WHSNO", ("QTYOH" * rate())::INTEGER AS "QTYOH", "QTYAL", "QTYOO", "CNTDT", "CHGDT", "CHGTM" FROM "STKBAL_"`);
  try {
    expect(await served.status("/v1/stock?limit=3")).toBe("200");
    await erp.query(`ALTER TABLE "RATES" RENAME TO "NO_RATES"`);
    served.log();
    expect(await served.statuses()).toEqual(servedBut("stock"));
    expect(await served.statuses()).toEqual(servedBut("stock"));
    expect(served.log().filter((line) => line.startsWith("error"))).toEqual([
      `error live stock [the database refuses the statement: relation "RATES" does not exist] the ERP does not fit the binding: the resource answers 503 until it does`,
    ]);
    served.later(11);
    expect(await served.status("/v1/stock?limit=3")).toBe("503 60");
    expect(served.log().filter((line) => line.startsWith("error"))).toEqual([]);
    await erp.query(`ALTER TABLE "NO_RATES" RENAME TO "RATES"`);
    served.later(11);
    expect(await served.status("/v1/stock?limit=3")).toBe("200");
    expect(served.log().filter((line) => line.includes("stock"))).toEqual(["warn live stock [] the ERP fits the binding again: the resource is served"]);
  } finally {
    await erp.query(`DROP VIEW "STKBAL"; ALTER TABLE "STKBAL_" RENAME TO "STKBAL"; DROP FUNCTION rate; DROP TABLE IF EXISTS "RATES", "NO_RATES"`);
  }
});

describe("a change that breaks nothing yet", { timeout: 60_000 }, () => {
  it.each([
    [
      "narrowed",
      `ALTER TABLE "CUSMAS" ALTER "CUSNM2" TYPE VARCHAR(20) USING left("CUSNM2", 20)`,
      "field name_2: CUSMAS.CUSNM2 was narrowed from character varying(35) to character varying(20)",
    ],
    ["may be NULL", `ALTER TABLE "CUSMAS" ALTER "PAYTRM" DROP NOT NULL`, "field payment_terms: CUSMAS.PAYTRM may be NULL now, and the field may not"],
    [
      "an integer made smaller",
      `ALTER TABLE "ITMEXT" ALTER "LENMM" TYPE SMALLINT`,
      "field dimensions_mm.length: ITMEXT.LENMM was narrowed from integer to smallint",
    ],
  ])("%s: all is served, and the field is named", async (_, change, says) => {
    const fresh = await demoDatabases({ small: true });
    const client = new pg.Client({ connectionString: fresh.live.url });
    await client.connect();
    const other = openCheckedGateway({ definition: gateway, url: fresh.live.url, account: "C0000001", recorded });
    try {
      await client.query(change);
      expect(await other.check()).toBe(true);
      expect(other.log()).toContainEqual(
        expect.stringMatching(new RegExp(`^warn live \\w+ \\[${says.replaceAll(/[.()]/g, "\\$&")}.*the resource is served on`)),
      );
      expect(await other.statuses()).toEqual(servedBut());
    } finally {
      await client.end();
      await other.close();
      await fresh.drop();
    }
  });

  it("new columns, wider ones and new tables are no news", async () => {
    await erp.query(
      `ALTER TABLE "CUSMAS" ADD "NEWCOL" TEXT; ALTER TABLE "ARPAY" ALTER "BNKREF" TYPE VARCHAR(80); ALTER TABLE "ITMEXT" ALTER "LENMM" TYPE BIGINT`,
    );
    expect(await served.check()).toBe(true);
    expect(served.log()).toEqual([]);
    expect(await served.statuses()).toEqual(servedBut());
  });

  it("a table that the catalogue's schema does not hold, and the search path does", async () => {
    await erp.query(`CREATE SCHEMA other; ALTER TABLE "CARMAS" SET SCHEMA other; ALTER DATABASE "${databases.live.name}" SET search_path = public, other`);
    const other = openCheckedGateway({ definition: gateway, url: databases.live.url, account: "C0000001" });
    try {
      expect(await other.check()).toBe(true);
      expect(other.log()).toContainEqual(expect.stringContaining("the database finds it all the same"));
      expect(await other.statuses()).toEqual(servedBut());
    } finally {
      await other.close();
      await erp.query(`ALTER DATABASE "${databases.live.name}" RESET search_path; ALTER TABLE other."CARMAS" SET SCHEMA public; DROP SCHEMA other`);
    }
  });
});

it("an ERP that is down is no drift, and the round ends", async () => {
  const away = openCheckedGateway({ definition: gateway, url: "postgres://nobody:x@127.0.0.1:1/none", account: "C0000001" });
  expect(await away.check()).toBe(false);
  expect(away.log()).toEqual([]);
  expect(await away.health()).toMatchObject({ status: "degraded", sources: { "erp.live": "unavailable", "erp.test": "unavailable" } });
  await away.close();
});
