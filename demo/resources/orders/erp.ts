import { code, date, dateTime, decimal, expression, group, integer, lines, money, ref, sql, text } from "sluice";
import { company, meridian, zone } from "../../erp/source.ts";
import { orders } from "./contract.ts";

/** The hold is a flag of its own, whatever the status says; it no longer matters once all is shipped or cancelled. */
const status = expression(
  ["HLDFLG", "ORDST"],
  ["H", "10", "20", "40", "50", "90"],
  (c) => sql`CASE WHEN ${c.HLDFLG} = 'Y' AND ${c.ORDST} NOT IN ('50', '90') THEN 'H' ELSE ${c.ORDST} END`,
);

/** Where orders live in the ERP's order entry. Closed orders of past years stand in the archive tables. */
export const ordersInErp = meridian.bind(orders, {
  table: "OEHDR",
  alsoIn: ["OEHDRA"],
  key: "ORDNO",
  account: "CUSNO",
  where: { COMPNY: company, ORDTY: "SO", DELFLG: { not: "D" } },
  unindexed: { status: "an index finds the customer's orders, and the largest customer has few thousand" },
  fields: {
    status: code(status, { "10": "entered", "20": "released", H: "on_hold", "40": "partly_shipped", "50": "shipped", "90": "cancelled" }),
    customer_id: ref("customers", "CUSNO"),
    bill_to_id: ref("customers", "BILTO"),
    reference: text("CUSREF", { pad: 20, nullWhen: [""] }),
    placed_at: dateTime("ORDDT", "ORDTM", { zone }),
    requested_on: date("REQDT", { nullWhen: [0] }),
    confirmed_on: date("CNFDT", { nullWhen: [0] }),
    ship_to: group({ name: text("SHNAM"), street: text("SHSTR"), postal_code: text("SHZIP"), city: text("SHCTY"), country: text("SHCRY") }),
    net: money("ORDNET", "CURCD", { scale: 2 }),
    freight: money("FRTAMT", "CURCD", { places: 2 }),
    tax: money("ORDVAT", "CURCD", { scale: 2 }),
    total: money("ORDTOT", "CURCD", { scale: 2 }),
    channel: code("ORDSRC", { E: "edi", P: "phone", W: "web", F: "fax", A: "api" }),
    comment: text("CMTTXT", { encoding: "latin1", nullWhen: [""] }),
    margin: money("MRGAMT", "CURCD", { scale: 2 }),
    changed_at: dateTime("CHGDT", "CHGTM", { zone, nullWhen: [0] }),
    lines: lines(
      "OELIN",
      { COMPNY: "COMPNY", ORDNO: "ORDNO" },
      {
        line_no: integer("LINNO"),
        product_id: ref("products", "ITMNO"),
        description: text("ITMDS"),
        status: code("LINST", { "10": "open", "40": "partly_shipped", "50": "shipped", "90": "cancelled" }),
        quantity: decimal("QTYOR", { scale: 3 }),
        shipped_quantity: decimal("QTYSH", { scale: 3 }),
        unit: text("UOMCD"),
        unit_price: decimal("UNTPR", { scale: 2 }),
        discount_percent: decimal("DSCPC", { places: 2 }),
        net: decimal("LINAMT", { scale: 2 }),
        requested_on: date("REQDT", { nullWhen: [0] }),
      },
      { alsoIn: ["OELINA"], where: { DELFLG: { not: "D" } }, sort: ["LINNO"] },
    ),
    notes: lines(
      "NOTES",
      { COMPNY: "COMPNY", OBJKEY: "ORDNO" },
      { text: text("NOTTXT"), written_on: date("CRTDT") },
      { where: { OBJTY: "OH", INTFLG: { not: "Y" }, DELFLG: { not: "D" } }, sort: ["SEQNO"] },
    ),
  },
});
