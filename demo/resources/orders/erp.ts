import { type ColumnValues, code, date, dateTime, decimal, expression, group, integer, lines, money, ref, sql, text } from "sluice";
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
    address_id: ref("addresses", ["CUSNO", "SHPSQ"], { nullWhen: [0] }),
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
  commands: {
    place: {
      kind: "function",
      name: "OE_PLACE_ORDER",
      args: ({ columns: { row, rows } }) => [company, row.CUSNO ?? "", { json: header(row, "A") }, { json: rows["lines"] ?? [] }, user],
    },
    amend: {
      kind: "function",
      name: "OE_AMEND_ORDER",
      args: ({ key, columns: { row, rows } }) => [company, key.ORDNO, { json: header(row) }, { json: rows["lines"] ?? [] }, user],
    },
    cancel: { kind: "function", name: "OE_CANCEL_ORDER", args: ({ key }, { reason }) => [company, key.ORDNO, reasons[reason], user] },
  },
  refusals: [
    { code: "customer-blocked", sqlstate: "ME002", pointer: "/customer_id" },
    { code: "product-discontinued", sqlstate: "ME003", pointer: "/lines" },
    { code: "product-discontinued", sqlstate: "ME004", pointer: "/lines" },
    { code: "credit-limit-exceeded", sqlstate: "ME005" },
    { code: "period-closed", sqlstate: "ME006" },
    { code: "unit-not-sold", sqlstate: "ME008", pointer: "/lines" },
    { code: "address-removed", sqlstate: "ME009", pointer: "/address_id" },
    { code: "date-not-possible", sqlstate: "ME010", pointer: "/requested_on" },
    { code: "no-lines", sqlstate: "ME011", pointer: "/lines" },
    { code: "comment-not-printable", sqlstate: "ME012", pointer: "/comment" },
    { code: "order-not-changeable", sqlstate: "ME020" }, // stands in the archive
    { code: "order-not-changeable", sqlstate: "ME021" },
    { code: "order-on-hold", sqlstate: "ME022" },
    { code: "line-not-found", sqlstate: "ME023", pointer: "/lines" },
    { code: "lines-fixed", sqlstate: "ME024", pointer: "/lines" },
    { code: "order-in-shipping", sqlstate: "ME025" },
  ],
});

/** The ERP's user that the gateway's writes are logged under. */
const user = "API";

/** The ERP's reasons for a cancellation. */
const reasons = { customer: "01", not_available: "02", duplicate: "03", other: "09" } as const;

const headerColumns = ["CUSREF", "REQDT", "CMTTXT", "SHPSQ", "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY"];

/** What order entry takes as the header: columns by name, and the comment as text whatever column keeps it. */
function header(row: ColumnValues, source?: string): Record<string, unknown> {
  const given = Object.entries(row).filter(([column]) => headerColumns.includes(column));
  const values = given.map(([column, value]) => [column, value instanceof Uint8Array ? latin1.decode(value) : value]);
  return { ...Object.fromEntries(values), ...(source !== undefined && { ORDSRC: source }) };
}

const latin1 = new TextDecoder("latin1");
