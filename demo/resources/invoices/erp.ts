import { anyOf, code, date, decimal, expression, integer, julianDate, lines, money, ref, sql, text } from "sluice";
import { company, meridian } from "../../erp/source.ts";
import { invoices } from "./contract.ts";

/** Whether an invoice is paid is known to the receivables module only. */
const status = expression(
  ["INVST", "open.OPNAMT"],
  ["X", "P", "O"],
  (c) => sql`CASE WHEN ${c.INVST} = 'X' THEN 'X' WHEN ${c["open.OPNAMT"]} = 0 THEN 'P' ELSE 'O' END`,
);

/** Credit notes carry positive amounts in the ERP: the document's type is the sign. */
const signed = <const Column extends "INVNET" | "FRTAMT" | "VATAMT" | "INVTOT">(amount: Column) =>
  expression(["INVTY", amount], "decimal", (c) => sql`CASE WHEN ${c.INVTY} = 'C' THEN - ${c[amount]} ELSE ${c[amount]} END`);

/** Where invoices live: the invoicing module, and the open item beside it. Not yet printed ones are nobody's business. */
export const invoicesInErp = meridian.bind(invoices, {
  table: "INHDR",
  joins: { open: { table: "AROPN", on: { COMPNY: "COMPNY", DOCNO: "INVNO" }, optional: true } },
  key: "INVNO",
  account: anyOf("CUSNO", "BILTO"),
  where: { COMPNY: company, INVST: ["P", "X"] },
  fields: {
    type: code("INVTY", { I: "invoice", C: "credit_note" }),
    status: code(status, { X: "reversed", P: "paid", O: "open" }),
    customer_id: ref("customers", "CUSNO"),
    bill_to_id: ref("customers", "BILTO"),
    order_id: ref("orders", "ORDNO"),
    shipment_id: ref("shipments", "SHPNO", { nullWhen: [0] }),
    original_invoice_id: ref("invoices", "ORGINV", { nullWhen: [""] }),
    invoiced_on: date("INVDT"),
    due_on: date("DUEDT"),
    paid_on: julianDate("open.CLRJD", { nullWhen: [0] }),
    net: money(signed("INVNET"), "CURCD", { places: 2 }),
    freight: money(signed("FRTAMT"), "CURCD", { places: 2 }),
    tax_percent: decimal("VATPC", { places: 2 }),
    tax: money(signed("VATAMT"), "CURCD", { places: 2 }),
    total: money(signed("INVTOT"), "CURCD", { places: 2 }),
    open_amount: money("open.OPNAMT", "CURCD", { scale: 2 }),
    lines: lines(
      "INLIN",
      { COMPNY: "COMPNY", INVNO: "INVNO" },
      {
        line_no: integer("INLNO"),
        order_line_no: integer("LINNO"),
        product_id: ref("products", "ITMNO"),
        quantity: decimal("QTYIN", { places: 3 }),
        unit: text("UOMCD"),
        unit_price: decimal("UNTPR", { places: 2 }),
        discount_percent: decimal("DSCPC", { places: 2 }),
        net: decimal("LINAMT", { places: 2 }),
      },
      { sort: ["INLNO"] },
    ),
  },
});
