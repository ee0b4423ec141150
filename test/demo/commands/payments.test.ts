/** Payments that partners report: staged for the batch, and followed until it has posted or refused them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { refusalOf } from "../../projects/serve-commands.ts";
import { type MeridianTwice, meridianTwice } from "./meridian-twice.ts";

let meridian: MeridianTwice;
let clockAhead = 0;
interface Open {
  document: string;
  currency: string;
  cents: string;
}
let open: readonly Open[];

beforeAll(async () => {
  meridian = await meridianTwice(["C0000001", "C0000008"], () => Date.now() + clockAhead);
  for (const { client } of [meridian.erp, meridian.other]) await client.query(`SELECT "AR_IMPORT_RUN"(1000)`);
  const { rows } = await meridian.erp.client.query<Open>(`
    SELECT trim(a."DOCNO") AS document, a."CURCD" AS currency, a."OPNAMT" AS cents FROM "AROPN" a JOIN "INHDR" i ON i."COMPNY" = a."COMPNY" AND i."INVNO" = a."DOCNO"
    WHERE a."COMPNY" = '01' AND a."CUSNO" = 'C0000001' AND a."CLRJD" = 0 AND a."OPNAMT" > 1000 ORDER BY 1`);
  open = rows;
}, 120_000);
afterAll(() => meridian?.close());

const batch = (client = meridian.erp.client) => client.query(`SELECT "AR_IMPORT_RUN"(100)`);
const report = (payment: object) =>
  meridian.send("POST", "/v1/payments", { body: { customer_id: "C0000001", paid_on: "2026-11-20", amount: { amount: "12.34", currency: "EUR" }, ...payment } });
const operation = async (location: string | null) => (await meridian.send("GET", String(location))).body;

test("a reported payment waits for the batch, and is then the payment that the batch made, with all that belongs to it", async () => {
  const [invoice] = open;
  const reported = await report({ invoice_id: invoice?.document, bank_reference: "BANK/17" });
  expect(reported.status, reported.text).toBe(202);
  const location = reported.headers.get("location");
  expect(location).toMatch(/^\/v1\/operations\/op_/);
  expect(reported.headers.get("retry-after")).not.toBeNull();
  expect(await operation(location)).toMatchObject({ status: "pending", command: "reportPayment", result: null, refusal: null, ended_at: null });

  await meridian.other.client.query(
    `INSERT INTO "PAYIMP" ("COMPNY", "CUSNO", "EXTREF", "DOCNO", "PAYDT", "CURCD", "PAYAMT", "CRTTS") VALUES ('01', 'C0000001', 'BANK/17', $1, 20261120, 'EUR', 1234, "SY_NOW"())`,
    [invoice?.document],
  );
  expect(await meridian.differences()).toEqual({});
  await batch();
  await batch(meridian.other.client);
  expect(await meridian.differences()).toEqual({});

  const ended = await operation(location);
  expect(ended).toMatchObject({ status: "succeeded", refusal: null });
  const { href, id } = ended["result"] as { href: string; id: string };
  const payment = await meridian.send("GET", href);
  expect(payment.body).toMatchObject({
    id,
    customer_id: "C0000001",
    invoice_id: invoice?.document,
    paid_on: "2026-11-20",
    bank_reference: "BANK/17",
    amount: { amount: "12.34" },
  });
});

test("what the batch refuses ends as a failure with the contract's code", async () => {
  const [, invoice, other] = open;
  const cents = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, "0")}`;
  await report({ bank_reference: "TWICE" });
  await batch();
  const cases = {
    "currency-differs": await report({ bank_reference: "R1", invoice_id: invoice?.document, amount: { amount: "1", currency: "USD" } }),
    "amount-not-possible": await report({
      bank_reference: "R2",
      invoice_id: invoice?.document,
      amount: { amount: cents(BigInt(invoice?.cents ?? 0) + 1n), currency: invoice?.currency },
    }),
    "already-reported": await report({ bank_reference: "TWICE" }),
    "invoice-not-open": await report({ bank_reference: "R4", invoice_id: other?.document }),
    "customer-unknown": await report({ bank_reference: "R5", customer_id: "C0000008" }),
  };
  await meridian.erp.client.query(`DELETE FROM "AROPN" WHERE "COMPNY" = '01' AND "DOCNO" = $1`, [other?.document]);
  await meridian.erp.client.query(`UPDATE "CUSMAS" SET "DELFLG" = 'D' WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000008'`);
  await batch();
  const ended = await Promise.all(Object.values(cases).map(({ headers }) => operation(headers.get("location"))));
  expect(ended.map(({ status, refusal }) => [status, (refusal as { code?: string } | null)?.code])).toEqual(Object.keys(cases).map((code) => ["failed", code]));
});

test("a row that the batch does not take is a dead letter in time", async () => {
  const reported = await report({ bank_reference: "LATE" });
  const location = reported.headers.get("location");
  clockAhead = 35 * 3_600_000;
  expect(await operation(location)).toMatchObject({ status: "pending" });
  clockAhead = 37 * 3_600_000;
  expect(await operation(location)).toMatchObject({ status: "dead_letter", result: null });
  clockAhead = 0;
});

test("a repeated report is the same operation, and one row", async () => {
  const idempotencyKey = "report-of-2026-11-20-17";
  const body = { customer_id: "C0000001", paid_on: "2026-11-20", amount: { amount: "1.00", currency: "EUR" }, bank_reference: "REPEATED" };
  const [first, second] = [
    await meridian.send("POST", "/v1/payments", { body, idempotencyKey }),
    await meridian.send("POST", "/v1/payments", { body, idempotencyKey }),
  ];
  expect([first.status, second.status, second.headers.get("idempotency-replayed")]).toEqual([202, 202, "true"]);
  expect(second.text).toBe(first.text);
  expect(await meridian.erp.one(`SELECT count(*)::INTEGER AS rows FROM "PAYIMP" WHERE "EXTREF" = 'REPEATED'`)).toEqual({ rows: 1 });
});

test.each<[string, object, string]>([
  ["another partner's customer", { customer_id: "C0000004" }, "422 invalid-body /customer_id unknown-reference"],
  ["an invoice that is none", { invoice_id: "RE99999999" }, "422 invalid-body /invoice_id unknown-reference"],
  ["an amount of nothing", { amount: { amount: "0.00", currency: "EUR" } }, "422 invalid-body /amount/amount malformed"],
  ["thousandths", { amount: { amount: "1.005", currency: "EUR" } }, "422 invalid-body /amount/amount malformed"],
  ["a day that is none", { paid_on: "2026-02-30" }, "422 invalid-body /paid_on malformed"],
  ["a reference longer than the column", { bank_reference: "x".repeat(36) }, "422 invalid-body /bank_reference too-long"],
])("refuses %s before it is staged", async (_, payment, expected) => {
  const before = await meridian.state(["PAYIMP"]);
  expect(refusalOf(await report({ bank_reference: "NEVER", ...payment }))).toBe(expected);
  expect(await meridian.state(["PAYIMP"])).toEqual(before);
});
