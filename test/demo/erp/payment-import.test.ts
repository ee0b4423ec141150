/** The batch that imports payments: what it posts, and what it refuses with which code. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Meridian, openMeridian } from "./meridian.ts";

let erp: Meridian;
beforeAll(async () => {
  erp = await openMeridian();
  await erp.client.query(`SELECT "AR_IMPORT_RUN"(1000)`);
});
afterAll(() => erp.close());

interface Row {
  IMPST: string;
  ERRCD: string;
  PAYNO: string;
}
interface Open {
  DOCNO: string;
  CUSNO: string;
  CURCD: string;
  OPNAMT: string;
}

const openItem = () => erp.one<Open>(`SELECT * FROM "AROPN" WHERE "COMPNY" = '01' AND "OPNAMT" > 100 AND "CLRJD" = 0 ORDER BY "DOCNO" LIMIT 1`);

/** Stages a payment, runs the batch, and answers the row as the batch left it. */
async function report(payment: { cusno: string; docno?: string; paydt?: number; curcd?: string; amount: number; extref: string }): Promise<Row> {
  const { impno } = await erp.one<{ impno: string }>(
    `INSERT INTO "PAYIMP" ("COMPNY", "CUSNO", "EXTREF", "DOCNO", "PAYDT", "CURCD", "PAYAMT", "CRTTS")
     VALUES ('01', $1, $2, $3, $4, $5, $6, '2026-11-20 12:00') RETURNING "IMPNO" AS impno`,
    [payment.cusno, payment.extref, payment.docno ?? "", payment.paydt ?? 20261120, payment.curcd ?? "EUR", payment.amount],
  );
  await erp.client.query(`SELECT "AR_IMPORT_RUN"(10)`);
  return erp.one<Row>(`SELECT * FROM "PAYIMP" WHERE "IMPNO" = $1`, [impno]);
}

test("the generated waiting rows are all picked up, and a second run finds nothing", async () => {
  const { waiting } = await erp.one<{ waiting: number }>(`SELECT count(*)::INTEGER AS waiting FROM "PAYIMP" WHERE "IMPST" = ''`);
  expect(waiting).toBe(0);
  expect(await erp.one(`SELECT "AR_IMPORT_RUN"(10) AS done`)).toEqual({ done: 0 });
});

test("takes no more rows than asked for, oldest first", async () => {
  await erp.client.query(`UPDATE "PAYIMP" SET "IMPST" = '', "EXTREF" = "EXTREF" || '-2' WHERE "EXTREF" IN ('BANK-1', 'BANK-2', 'BANK-3')`);
  expect(await erp.one(`SELECT "AR_IMPORT_RUN"(2) AS done`)).toEqual({ done: 2 });
  const { rows } = await erp.client.query<{ ref: string }>(`SELECT "EXTREF" AS ref FROM "PAYIMP" WHERE "IMPST" = ''`);
  expect(rows).toEqual([{ ref: "BANK-3-2" }]);
  await erp.client.query(`SELECT "AR_IMPORT_RUN"(2)`);
});

test("a part payment lowers the open item, the rest clears it", async () => {
  const item = await openItem();
  const paid = await report({ cusno: item.CUSNO, docno: item.DOCNO, curcd: item.CURCD, amount: 100, extref: "T-1" });
  expect(paid).toMatchObject({ IMPST: "P", ERRCD: "    " });
  const rest = Number(item.OPNAMT) - 100;
  await report({ cusno: item.CUSNO, docno: item.DOCNO, curcd: item.CURCD, amount: rest, extref: "T-2" });
  expect(await erp.one(`SELECT "OPNAMT", "CLRJD" FROM "AROPN" WHERE "COMPNY" = '01' AND "DOCNO" = $1`, [item.DOCNO])).toEqual({ OPNAMT: "0", CLRJD: 126324 });
  expect(await erp.one(`SELECT "PAYJD", "PAYAMT" FROM "ARPAY" WHERE "COMPNY" = '01' AND "PAYNO" = $1`, [paid.PAYNO])).toEqual({ PAYJD: 126324, PAYAMT: "100" });
  expect(await erp.one(`SELECT "DCFLG" FROM "GLJRN" WHERE "COMPNY" = '01' AND "REFTYP" = 'P' AND "REFNO" = $1`, [paid.PAYNO])).toEqual({ DCFLG: "C" });
});

test("rejects with a code and posts nothing", async () => {
  const item = await openItem();
  const good = { cusno: item.CUSNO, docno: item.DOCNO, curcd: item.CURCD, amount: 1 };
  await report({ cusno: "C0000002", amount: 1, extref: "T-3" });
  const { before } = await erp.one<{ before: number }>(`SELECT count(*)::INTEGER AS before FROM "ARPAY"`);
  const codes = [
    await report({ ...good, cusno: "C9999999", extref: "T-4" }),
    await report({ ...good, docno: "RE99999999", extref: "T-5" }),
    await report({ ...good, amount: 0, extref: "T-6" }),
    await report({ ...good, amount: Number(item.OPNAMT) + 1, extref: "T-7" }),
    await report({ ...good, curcd: "USD", extref: "T-8" }),
    await report({ ...good, paydt: 20260231, extref: "T-9" }),
    await report({ cusno: "C0000002", amount: 1, extref: "T-3" }),
  ];
  expect(codes.map((row) => row.ERRCD)).toEqual(["E001", "E002", "E003", "E003", "E004", "E005", "E006"]);
  expect(new Set(codes.map((row) => row.IMPST))).toEqual(new Set(["E"]));
  expect(await erp.one(`SELECT count(*)::INTEGER AS before FROM "ARPAY"`)).toEqual({ before });
});
