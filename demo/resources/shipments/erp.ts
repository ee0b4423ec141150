import { code, date, dateTime, decimal, expression, group, integer, lines, ref, sql, text } from "sluice";
import { company, meridian, zone } from "../../erp/source.ts";
import { shipments } from "./contract.ts";

/** There is no status column: the ERP's programs read it from the pick flag and the shipping date. */
const status = expression(["PCKFLG", "SHPDT"], ["P", "K", "S"], (c) => sql`CASE WHEN ${c.SHPDT} <> 0 THEN 'S' WHEN ${c.PCKFLG} = 'Y' THEN 'K' ELSE 'P' END`);

/** Where shipments live. They do not name the customer: whose they are says the order, which may be in the archive. */
export const shipmentsInErp = meridian.bind(shipments, {
  table: "SHHDR",
  joins: {
    order: { table: "OEHDR", alsoIn: ["OEHDRA"], on: { COMPNY: "COMPNY", ORDNO: "ORDNO" } },
    carrier: { table: "CARMAS", on: { CARCD: "CARCD" }, optional: true },
  },
  key: "SHPNO",
  account: "order.CUSNO",
  where: { COMPNY: company, DELFLG: { not: "D" } },
  fields: {
    status: code(status, { P: "planned", K: "picked", S: "shipped" }),
    order_id: ref("orders", "ORDNO"),
    carrier: group({ code: text("CARCD"), name: text("carrier.CARNAM") }),
    tracking_number: text("TRKNO", { nullWhen: [""] }),
    planned_on: date("PLNDT"),
    shipped_at: dateTime("SHPDT", "SHPTM", { zone, nullWhen: [0] }),
    packages: integer("PKGCNT"),
    weight_kg: decimal("WGTGR", { scale: 3 }),
    lines: lines(
      "SHLIN",
      { COMPNY: "COMPNY", SHPNO: "SHPNO" },
      {
        line_no: integer("SHLNO"),
        order_line_no: integer("LINNO"),
        product_id: ref("products", "ITMNO"),
        quantity: decimal("QTYSH", { scale: 3 }),
        lot: text("LOTNO", { nullWhen: [""] }),
      },
      { sort: ["SHLNO"] },
    ),
  },
});
