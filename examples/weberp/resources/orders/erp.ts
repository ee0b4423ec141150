import { code, date, decimal, expression, flag, fromRows, group, integer, lines, money, ref, sql, text } from "sluice";
import { address, htmlText, htmlTextOrNull, percent } from "../../erp/conversions.ts";
import { noDate, noDateTime, weberp } from "../../erp/source.ts";
import { orders } from "./contract.ts";
import { amend, cancel, place } from "./order-entry.ts";
import { branchColumns } from "./terms.ts";

const ofOrder = { orderno: "orderno" } as const;
const open = fromRows("salesorderdetails", ofOrder, ["completed"], "integer", (c) => sql`SUM(${c.completed} = 0)`);
const invoiced = fromRows("salesorderdetails", ofOrder, ["qtyinvoiced", "completed"], "integer", (c) => sql`SUM(${c.qtyinvoiced} <> 0 OR ${c.completed} = 1)`);
const goods = fromRows(
  "salesorderdetails",
  ofOrder,
  ["quantity", "unitprice", "discountpercent"],
  "float",
  (c) => sql`COALESCE(SUM(${c.quantity} * ${c.unitprice} * (1 - ${c.discountpercent})), 0)`,
);

/** webERP keeps no status: its programs look at the quotation flag, at the lines, and at whether the packing slip was printed. */
const status = expression(
  { quotation: "quotation", printed: "printedpackingslip", open, invoiced },
  ["Q", "C", "I", "P", "E"],
  (c) => sql`CASE WHEN ${c.quotation} = 1 THEN 'Q' WHEN ${c.open} = 0 THEN 'C' WHEN ${c.invoiced} > 0 THEN 'I' WHEN ${c.printed} = 1 THEN 'P' ELSE 'E' END`,
);

/** Where orders live in webERP's sales module. */
export const ordersInErp = weberp.bind(orders, {
  table: "salesorders",
  joins: { customer: { table: "debtorsmaster", on: { debtorno: "debtorno" } } },
  key: "orderno",
  account: "debtorno",
  fields: {
    status: code(status, { Q: "quotation", E: "entered", P: "picking", I: "partly_invoiced", C: "completed" }),
    customer_id: ref("customers", "debtorno"),
    branch: text("branchcode"),
    reference: htmlTextOrNull("customerref"),
    buyer: htmlTextOrNull("buyername"),
    comment: htmlTextOrNull("comments"),
    placed_on: date("orddate", noDate),
    deliver_on: date("deliverydate", noDate),
    confirmed_on: date("confirmeddate", noDate),
    ship_to: group({ name: htmlText("deliverto"), address: address("deladd1", "deladd2", "deladd3", "deladd4", "deladd5", "deladd6") }),
    freight: money("freightcost", "customer.currcode", { places: 2 }),
    goods: money(goods, "customer.currcode", { places: 2 }),
    lines: lines(
      "salesorderdetails",
      ofOrder,
      {
        line_no: integer("orderlineno"),
        product_id: ref("products", "stkcode"),
        quantity: decimal("quantity", { places: 4 }),
        invoiced_quantity: decimal("qtyinvoiced", { places: 4 }),
        unit_price: decimal("unitprice", { places: 4 }),
        discount_percent: decimal("discountpercent", percent),
        requested_on: date("itemdue", noDate),
        dispatched_on: date("actualdispatchdate", noDateTime),
        completed: flag("completed"),
        narrative: htmlTextOrNull("narrative"),
        customer_line: htmlTextOrNull("poline", "0"),
      },
      { sort: ["orderlineno"] },
    ),
  },
  commands: { place, amend, cancel },
  needs: {
    tables: {
      salesorders: { select: ["ordertype", "fromstkloc", "printedpackingslip", "quotation"], insert: "all", update: "all", delete: "all" },
      salesorderdetails: { insert: "all", update: "all", delete: "all" },
      systypes: { select: ["typeid", "typeno"], update: ["typeno"] },
      config: { select: ["confname", "confvalue"] },
      debtorsmaster: { select: ["debtorno", "salestype", "currcode", "holdreason", "creditlimit"] },
      custbranch: { select: ["debtorno", "branchcode", ...branchColumns] },
      holdreasons: { select: ["reasoncode", "dissallowinvoices"] },
      debtortrans: { select: ["debtorno", "ovamount", "ovgst", "ovfreight", "ovdiscount", "alloc"] },
      stockmaster: { select: ["stockid", "discontinued", "mbflag", "materialcost", "labourcost", "overheadcost", "discountcategory"] },
      locstock: { select: ["stockid", "loccode"] },
      prices: { select: ["stockid", "typeabbrev", "currabrev", "debtorno", "price", "branchcode", "startdate", "enddate"] },
      discountmatrix: { select: ["salestype", "discountcategory", "quantitybreak", "discountrate"] },
      bom: { select: ["parent", "component", "quantity", "effectiveafter", "effectiveto"] },
    },
  },
  refusals: [{ code: "order-in-picking", sqlstate: "23000", message: /`(?:pickinglists|deliverynotes)`/ }],
});
