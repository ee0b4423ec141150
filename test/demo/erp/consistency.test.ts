/** The generated ERP hangs together: each query below finds the rows that break a rule, and must find none. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dirtyCustomer, dirtyRows } from "../../../demo/erp/dirty.ts";
import { type Meridian, openMeridian } from "./meridian.ts";

let erp: Meridian;
beforeAll(async () => {
  erp = await openMeridian();
});
afterAll(() => erp.close());

/** Orders and lines, current and archived, without the dirty ones. */
const orders = `(SELECT * FROM "OEHDR" WHERE "ORDNO" > '0000100000' UNION ALL SELECT * FROM "OEHDRA")`;
const lines = `(SELECT * FROM "OELIN" WHERE "ORDNO" > '0000100000' UNION ALL SELECT * FROM "OELINA")`;

const broken: Readonly<Record<string, string>> = {
  "an order's net is the sum of its lines": `
    SELECT h."ORDNO" FROM ${orders} h JOIN ${lines} l USING ("COMPNY", "ORDNO") WHERE l."DELFLG" = ''
    GROUP BY h."COMPNY", h."ORDNO", h."ORDNET" HAVING h."ORDNET" <> sum(l."LINAMT")`,
  "an order's total is net, freight and VAT": `
    SELECT "ORDNO" FROM ${orders} h WHERE "ORDTOT" <> "ORDNET" + round("FRTAMT" * 100) + "ORDVAT"`,
  "a line's amount is quantity by price less discount": `
    SELECT "ORDNO" FROM ${lines} l
    WHERE "LINAMT" <> round("QTYOR"::NUMERIC * "UNTPR" * (100 - "DSCPC") / 100000)`,
  "every order has a line and a customer": `
    SELECT "ORDNO" FROM ${orders} h WHERE NOT EXISTS (SELECT FROM ${lines} l WHERE l."COMPNY" = h."COMPNY" AND l."ORDNO" = h."ORDNO")
       OR NOT EXISTS (SELECT FROM "CUSMAS" c WHERE c."COMPNY" = h."COMPNY" AND c."CUSNO" = h."CUSNO")`,
  "orders of 2019 are in the archive, closed, and no later ones": `
    SELECT "ORDNO" FROM "OEHDRA" WHERE "ORDDT" >= 20200101 OR "ORDST" NOT IN ('50', '90')
    UNION ALL SELECT "ORDNO" FROM "OEHDR" WHERE "ORDDT" < 20200101`,
  "a shipped order has all its quantity shipped, by shipments that left": `
    SELECT h."ORDNO" FROM ${orders} h JOIN ${lines} l USING ("COMPNY", "ORDNO")
    LEFT JOIN (SELECT s."COMPNY", s."ORDNO", s."LINNO", sum(s."QTYSH") AS qty FROM "SHLIN" s
                 JOIN "SHHDR" x USING ("COMPNY", "SHPNO") WHERE x."SHPDT" <> 0 GROUP BY 1, 2, 3) s
      ON s."COMPNY" = l."COMPNY" AND s."ORDNO" = l."ORDNO" AND s."LINNO" = l."LINNO"
    WHERE l."QTYSH" <> coalesce(s.qty, 0) OR h."ORDST" = '50' AND l."DELFLG" = '' AND l."QTYSH" <> l."QTYOR"
       OR h."ORDST" IN ('10', '20', '90') AND l."QTYSH" <> 0`,
  "a partly shipped order has shipped something and not everything": `
    SELECT h."ORDNO" FROM ${orders} h JOIN ${lines} l USING ("COMPNY", "ORDNO") WHERE h."ORDST" = '40'
    GROUP BY h."COMPNY", h."ORDNO" HAVING sum(l."QTYSH") = 0 OR sum(l."QTYSH") = sum(l."QTYOR")`,
  "an invoice's net is the sum of its lines, its total net, freight and VAT": `
    SELECT h."INVNO" FROM "INHDR" h JOIN "INLIN" l USING ("COMPNY", "INVNO")
    GROUP BY h."COMPNY", h."INVNO" HAVING h."INVNET" <> sum(l."LINAMT") OR h."INVTOT" <> h."INVNET" + h."FRTAMT" + h."VATAMT"`,
  "an invoice follows the leaving of its shipment": `
    SELECT i."INVNO" FROM "INHDR" i LEFT JOIN "SHHDR" s USING ("COMPNY", "SHPNO") WHERE i."INVTY" = 'I' AND i."INVNO" <> 'RE00000000'
       AND (s."SHPNO" IS NULL OR s."SHPDT" = 0 OR s."SHPDT" > i."INVDT" OR s."ORDNO" <> i."ORDNO")`,
  "invoices of a fully shipped and invoiced order add up to its net": `
    SELECT h."ORDNO" FROM ${orders} h JOIN "INHDR" i USING ("COMPNY", "ORDNO")
    WHERE h."ORDST" = '50' AND i."INVTY" = 'I' GROUP BY h."COMPNY", h."ORDNO", h."ORDNET"
    HAVING sum(i."INVNET") * 100 <> h."ORDNET" AND count(*) = (SELECT count(*) FROM "SHHDR" s
      WHERE s."COMPNY" = h."COMPNY" AND s."ORDNO" = h."ORDNO")`,
  "an open item is its document less its payments": `
    SELECT a."DOCNO" FROM "AROPN" a LEFT JOIN "ARPAY" p ON p."COMPNY" = a."COMPNY" AND p."DOCNO" = a."DOCNO" AND p."RVSFLG" = ''
    WHERE a."DOCNO" <> 'RE00000000' GROUP BY a."COMPNY", a."DOCNO"
    HAVING a."OPNAMT" <> a."DOCAMT" - coalesce(sum(p."PAYAMT"), 0) OR (a."OPNAMT" = 0) <> (a."CLRJD" <> 0)`,
  "an open item has its document's amount, signed, and payer": `
    SELECT i."INVNO" FROM "INHDR" i LEFT JOIN "AROPN" a ON a."COMPNY" = i."COMPNY" AND a."DOCNO" = i."INVNO"
    WHERE a."DOCAMT" IS DISTINCT FROM i."INVTOT" * CASE i."INVTY" WHEN 'I' THEN 100 ELSE -100 END OR a."CUSNO" <> i."BILTO"`,
  "a journal row's reference exists where its type says": `
    SELECT "REFNO" FROM "GLJRN" j WHERE NOT CASE "REFTYP"
      WHEN 'O' THEN EXISTS (SELECT FROM ${orders} h WHERE h."COMPNY" = j."COMPNY" AND h."ORDNO" = trim(j."REFNO"))
      WHEN 'I' THEN EXISTS (SELECT FROM "INHDR" i WHERE i."COMPNY" = j."COMPNY" AND i."INVNO" = j."REFNO")
      ELSE EXISTS (SELECT FROM "ARPAY" p WHERE p."COMPNY" = j."COMPNY" AND p."PAYNO" = j."REFNO"::BIGINT) END`,
  "stock is allocated to exactly the open lines": `
    SELECT b."ITMNO" FROM "STKBAL" b FULL JOIN (
      SELECT l."COMPNY", l."ITMNO", l."WHSNO", sum((l."QTYOR" - l."QTYSH")::BIGINT * l."UOMFC" / 1000) AS qty
        FROM "OE_OPEN_LINES"('01') o JOIN "OELIN" l USING ("COMPNY", "ORDNO", "LINNO") GROUP BY 1, 2, 3) o
      ON o."COMPNY" = b."COMPNY" AND o."ITMNO" = b."ITMNO" AND o."WHSNO" = b."WHSNO"
    WHERE coalesce(b."COMPNY", o."COMPNY") = '01' AND (coalesce(b."QTYAL", 0) <> coalesce(o.qty, 0) OR b."QTYOH" < b."QTYAL")`,
  "number ranges are past the highest number": `
    SELECT "RNGID" FROM "NUMRNG" r WHERE "LSTNO" < CASE "RNGID"
      WHEN 'ORDNO' THEN (SELECT max("ORDNO"::BIGINT) FROM ${orders} h WHERE h."COMPNY" = r."COMPNY")
      WHEN 'SHPNO' THEN (SELECT max("SHPNO") FROM "SHHDR" x WHERE x."COMPNY" = r."COMPNY")
      WHEN 'INVNO' THEN (SELECT max(substr("INVNO", 3)::BIGINT) FROM "INHDR" x WHERE x."COMPNY" = r."COMPNY" AND "INVTY" = 'I')
      WHEN 'CRDNO' THEN (SELECT max(substr("INVNO", 3)::BIGINT) FROM "INHDR" x WHERE x."COMPNY" = r."COMPNY" AND "INVTY" = 'C')
      WHEN 'PAYNO' THEN (SELECT max("PAYNO") FROM "ARPAY" x WHERE x."COMPNY" = r."COMPNY")
      WHEN 'JRNNO' THEN (SELECT max("JRNNO") FROM "GLJRN" x WHERE x."COMPNY" = r."COMPNY")
      ELSE (SELECT max(substr("CUSNO", 2)::BIGINT) FROM "CUSMAS" x WHERE x."COMPNY" = r."COMPNY") END`,
  "only the last two periods are open": `
    SELECT "PERMO" FROM "PERIOD" WHERE ("PERST" = 'O') <> ("PERYR" = 2026 AND "PERMO" IN (10, 11))`,
};

describe("rules", () => {
  for (const [rule, sql] of Object.entries(broken)) {
    test(rule, async () => {
      expect((await erp.client.query(sql)).rows).toEqual([]);
    });
  }
});

test("customers differ in size, and company 02 is the smaller", async () => {
  const { rows } = await erp.client.query<{ cusno: string; share: number }>(`
    SELECT "CUSNO" AS cusno, (count(*) * 100 / sum(count(*)) OVER ())::FLOAT8 AS share
      FROM ${orders} h WHERE "COMPNY" = '01' GROUP BY 1 ORDER BY 2 DESC LIMIT 2`);
  expect(rows.map((row) => row.cusno)).toEqual(["C0000001", "C0000002"]);
  expect(rows[0]?.share).toBeGreaterThan(25);
  const { share } = await erp.one<{ share: number }>(`SELECT avg(("COMPNY" = '02')::INTEGER)::FLOAT8 AS share FROM ${orders} h`);
  expect(share).toBeCloseTo(0.1, 1);
});

test("both companies use the same order and customer numbers", async () => {
  const { orders: shared } = await erp.one<{ orders: number }>(`
    SELECT count(*)::INTEGER AS orders FROM "OEHDR" a JOIN "OEHDR" b USING ("ORDNO", "CUSNO")
     WHERE a."COMPNY" = '01' AND b."COMPNY" = '02'`);
  expect(shared).toBeGreaterThan(0);
});

test("every row keeps its table's planted secret", async () => {
  const { rows } = await erp.client.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  for (const { name } of rows) {
    const { wrong } = await erp.one<{ wrong: number }>(`SELECT count(*)::INTEGER AS wrong FROM "${name}" WHERE "XSECRT" <> 'SECRET-${name}'`);
    expect(wrong, name).toBe(0);
  }
});

test("the dirty rows are there and belong to one customer", async () => {
  const { rows } = await erp.client.query<{ ordno: string; cusno: string }>(
    `SELECT "ORDNO" AS ordno, "CUSNO" AS cusno FROM "OEHDR" WHERE "ORDNO" < '0000100000' ORDER BY 1`,
  );
  expect(new Set(rows.map((row) => row.cusno))).toEqual(new Set([dirtyCustomer]));
  const documented = dirtyRows.flatMap((row) => (row.table.startsWith("OE") ? row.key.split(" ").slice(1, 2) : []));
  expect(rows.map((row) => row.ordno)).toEqual(documented);
});
