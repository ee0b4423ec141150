/** Orders through the gateway, against the ERP's own order entry. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusalOf } from "../../projects/serve-commands.ts";
import { type MeridianTwice, meridianTwice } from "./meridian-twice.ts";

let meridian: MeridianTwice;
/** Products that can be ordered. */
let items: readonly string[];
beforeAll(async () => {
  meridian = await meridianTwice(["C0000001", "C0000002", "C0000007", "C0000008"]);
  const { rows } = await meridian.erp.client.query<{ item: string }>(
    `SELECT trim("ITMNO") AS item FROM "ITMMAS" WHERE "COMPNY" = '01' AND "DELFLG" <> 'D' AND "DSCDT" = 0 ORDER BY 1 LIMIT 3`,
  );
  items = rows.map(({ item }) => item);
}, 120_000);
afterAll(() => meridian?.close());

/** All that order entry writes, stock aside. */
const written = ["OEHDR", "OELIN", "NUMRNG", "SYSLOG"];

const place = (order: object) =>
  meridian.send("POST", "/v1/orders", { body: { customer_id: "C0000001", lines: [{ product_id: items[0], quantity: "5" }], ...order } });
const program = (sql: string, values: readonly unknown[]) => meridian.other.client.query(sql, [...values]);

test("an order that is placed, amended and cancelled leaves what the ERP's own programs leave, in every table", async () => {
  const placed = await place({
    reference: "PO-1187",
    requested_on: "2027-03-01",
    address_id: "C0000001~1",
    comment: "Größe prüfen",
    lines: [
      { product_id: items[0], quantity: "5" },
      { product_id: items[1], quantity: "2.5", requested_on: "2027-03-02" },
    ],
  });
  expect(placed.status, placed.text).toBe(201);
  const id = String(placed.body["id"]);
  const header = { CUSREF: "PO-1187", REQDT: 20270301, SHPSQ: 1, CMTTXT: "Größe prüfen", ORDSRC: "A" };
  const lines = [
    { ITMNO: items[0], QTYOR: 5000 },
    { ITMNO: items[1], QTYOR: 2500, REQDT: 20270302 },
  ];
  await program(`SELECT "OE_PLACE_ORDER"('01', 'C0000001', $1, $2, 'API')`, [header, JSON.stringify(lines)]);
  expect(await meridian.differences()).toEqual({});
  expect(placed.body).toMatchObject({ reference: "PO-1187", address_id: "C0000001~1", comment: "Größe prüfen", channel: "api", status: "entered" });

  const amended = await meridian.send("PATCH", `/v1/orders/${id}`, {
    body: {
      reference: null,
      ship_to: { name: "Lager 9", street: "Kai 1", postal_code: "20457", city: "Hamburg", country: "DE" },
      lines: [
        { line_no: 10, quantity: "6" },
        { line_no: 20, quantity: "0" },
        { product_id: items[2], quantity: "1", requested_on: "2027-03-03" },
      ],
    },
  });
  expect(amended.status, amended.text).toBe(200);
  const changes = { CUSREF: "", SHNAM: "Lager 9", SHSTR: "Kai 1", SHZIP: "20457", SHCTY: "Hamburg", SHCRY: "DE" };
  const changedLines = [
    { LINNO: 10, QTYOR: 6000 },
    { LINNO: 20, QTYOR: 0 },
    { ITMNO: items[2], QTYOR: 1000, REQDT: 20270303 },
  ];
  await program(`SELECT "OE_AMEND_ORDER"('01', $1, $2, $3, 'API')`, [id, changes, JSON.stringify(changedLines)]);
  expect(await meridian.differences()).toEqual({});
  expect((amended.body["lines"] as { line_no: number }[]).map(({ line_no }) => line_no)).toEqual([10, 30]);

  const cancelled = await meridian.send("POST", `/v1/orders/${id}/cancel`, { body: { reason: "customer" } });
  expect(cancelled.status, cancelled.text).toBe(200);
  expect(cancelled.body).toMatchObject({ id, status: "cancelled" });
  await program(`SELECT "OE_CANCEL_ORDER"('01', $1, '01', 'API')`, [id]);
  expect(await meridian.differences()).toEqual({});
});

describe("refuses, with the contract's code, and leaves nothing behind:", () => {
  const one = () => ({ product_id: items[0], quantity: "1" });
  test.each<[string, string, () => object]>([
    ["a customer who is blocked", "422 customer-blocked", () => ({ customer_id: "C0000008" })],
    ["more than the credit limit", "422 credit-limit-exceeded", () => ({ customer_id: "C0000007" })],
    ["a unit that the product is not sold in", "422 unit-not-sold", () => ({ lines: [{ ...one(), unit: "XXX" }] })],
    ["a delivery before the order", "422 date-not-possible", () => ({ requested_on: "2020-01-01" })],
    ["a comment that documents cannot show", "422 comment-not-printable", () => ({ comment: "5 €" })],
    ["another partner's customer", "422 invalid-body /customer_id unknown-reference", () => ({ customer_id: "C0000003" })],
    ["a customer who is none", "422 invalid-body /customer_id unknown-reference", () => ({ customer_id: "NOBODY" })],
    ["a product that is none", "422 invalid-body /lines/0/product_id unknown-reference", () => ({ lines: [{ product_id: "NIX", quantity: "1" }] })],
    ["an address that is none", "422 invalid-body /address_id unknown-reference", () => ({ address_id: "C0000001~77" })],
    ["an address of another customer", "422 invalid-body /address_id contradiction", () => ({ address_id: "C0000002~1" })],
    ["a quantity of none", "422 invalid-body /lines/0/quantity malformed", () => ({ lines: [{ ...one(), quantity: "0" }] })],
    ["no lines", "422 invalid-body /lines too-short", () => ({ lines: [] })],
    ["a reference longer than the column", "422 invalid-body /reference too-long", () => ({ reference: "x".repeat(21) })],
  ])("%s", async (_, expected, order) => {
    const before = await meridian.state(written);
    expect(refusalOf(await place(order()))).toBe(expected);
    expect(await meridian.state(written)).toEqual(before);
  });

  test("a product that is no longer sold", async () => {
    await meridian.erp.client.query(`UPDATE "ITMMAS" SET "DSCDT" = 20260101 WHERE "COMPNY" = '01' AND "ITMNO" = $1`, [items[2]]);
    expect(refusalOf(await place({ lines: [{ product_id: items[2], quantity: "1" }] }))).toBe("422 product-discontinued");
    await meridian.erp.client.query(`UPDATE "ITMMAS" SET "DSCDT" = 0 WHERE "COMPNY" = '01' AND "ITMNO" = $1`, [items[2]]);
  });

  test("a closed period", async () => {
    await meridian.erp.client.query(`UPDATE "PERIOD" SET "PERST" = 'C' WHERE "COMPNY" = '01'`);
    const period = `INSERT INTO "PERIOD" ("COMPNY", "PERYR", "PERMO", "PERST", "CLSDT") SELECT '01', "BUSDT" / 10000, "BUSDT" / 100 % 100, 'C', 0 FROM
      (SELECT "SY_BUSINESS_DATE"('01') AS "BUSDT") AS d ON CONFLICT ("COMPNY", "PERYR", "PERMO") DO UPDATE SET "PERST" = 'C'`;
    await meridian.erp.client.query(period);
    expect(refusalOf(await place({}))).toBe("422 period-closed");
    await meridian.erp.client.query(`DELETE FROM "PERIOD" WHERE "COMPNY" = '01'`);
  });
});

describe("of an order that has gone on, refuses", () => {
  const amend = (id: string, body: object) => meridian.send("PATCH", `/v1/orders/${id}`, { body });
  const set = (id: string, columns: string) => meridian.erp.client.query(`UPDATE "OEHDR" SET ${columns} WHERE "COMPNY" = '01' AND "ORDNO" = $1`, [id]);
  const anOrder = async () => String((await place({})).body["id"]);

  test("lines once it is released, everything on hold and once it is shipped", async () => {
    const id = await anOrder();
    expect(refusalOf(await amend(id, { lines: [{ line_no: 90, quantity: "1" }] }))).toBe("422 line-not-found");
    expect(refusalOf(await amend(id, { lines: [{ line_no: 10, quantity: "0" }] }))).toBe("422 no-lines");
    await set(id, `"ORDST" = '20'`);
    expect(refusalOf(await amend(id, { lines: [{ line_no: 10, quantity: "1" }] }))).toBe("422 lines-fixed");
    expect((await amend(id, { reference: "still possible" })).status).toBe(200);
    await set(id, `"HLDFLG" = 'Y'`);
    expect(refusalOf(await amend(id, { reference: "x" }))).toBe("422 order-on-hold");
    await set(id, `"HLDFLG" = '', "ORDST" = '50'`);
    expect(refusalOf(await amend(id, { reference: "x" }))).toBe("422 order-not-changeable");
  });

  test("to cancel what has been picked", async () => {
    const id = await anOrder();
    await meridian.erp.client.query(`UPDATE "SHHDR" SET "ORDNO" = $1, "PCKFLG" = 'Y', "DELFLG" = '' WHERE "COMPNY" = '01' AND "SHPNO" = 1`, [id]);
    expect(refusalOf(await meridian.send("POST", `/v1/orders/${id}/cancel`, { body: { reason: "other" } }))).toBe("422 order-in-shipping");
  });

  test("to change what stands in the archive", async () => {
    const { id } = await meridian.erp.one<{ id: string }>(
      `SELECT min("ORDNO") AS id FROM "OEHDRA" WHERE "COMPNY" = '01' AND "CUSNO" = 'C0000001' AND "ORDTY" = 'SO' AND "DELFLG" <> 'D'`,
    );
    expect(refusalOf(await amend(id, { reference: "x" }))).toBe("422 order-not-changeable");
  });

  test.each<[string, object, string]>([
    ["a line without number and product", { quantity: "1" }, "/lines/0/product_id"],
    ["another product on a line", { line_no: 10, product_id: "E-10250", quantity: "1" }, "/lines/0/line_no"],
    ["nothing of a line that is added", { product_id: "E-10250", quantity: "0" }, "/lines/0/quantity"],
  ])("%s", async (_, line, pointer) => {
    expect(refusalOf(await amend(await anOrder(), { lines: [line] }))).toBe(`422 invalid-body ${pointer} invalid`);
  });
});
