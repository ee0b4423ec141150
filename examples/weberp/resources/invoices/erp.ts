import { date, decimal, expression, flag, integer, lines, lookup, money, ref, sql, sum, text } from "sluice";
import { percent } from "../../erp/conversions.ts";
import { documentType, noDateTime, weberp } from "../../erp/source.ts";
import { invoices } from "./contract.ts";

const currency = "customer.currcode";
const cents = { places: 2 } as const;

/** Lines are stock moves, priced in the company's own currency: the invoice's rate leads back to the customer's. */
const rate = lookup("debtortrans", { type: "type", transno: "transno" }, "rate", { type: "float" });
const unitPrice = expression({ price: "price", rate }, "float", (c) => sql`(${c.price} * ${c.rate})`);

/** Where invoices live: in the debtors' ledger among receipts and credit notes. */
export const invoicesInErp = weberp.bind(invoices, {
  table: "debtortrans",
  joins: { customer: { table: "debtorsmaster", on: { debtorno: "debtorno" } } },
  key: "transno",
  account: "debtorno",
  where: { type: documentType.invoice },
  fields: {
    customer_id: ref("customers", "debtorno"),
    branch: text("branchcode"),
    order_id: ref("orders", "order_", { nullWhen: [0] }),
    issued_on: date("trandate", noDateTime),
    net: money("ovamount", currency, cents),
    freight: money("ovfreight", currency, cents),
    tax: money("ovgst", currency, cents),
    discount: money("ovdiscount", currency, cents),
    total: money(sum("float", "ovamount", "ovgst", "ovfreight", "ovdiscount"), currency, cents),
    open: money(sum("float", "ovamount", "ovgst", "ovfreight", "ovdiscount", "-alloc"), currency, cents),
    settled: flag("settled"),
    text: text("invtext", { nullWhen: [""] }),
    consignment: text("consignment", { nullWhen: [""] }),
    packages: integer("packages"),
    lines: lines(
      "stockmoves",
      { type: "type", transno: "transno" },
      {
        product_id: ref("products", "stockid"),
        quantity: decimal(sum("float", "-qty"), { places: 4 }),
        unit_price: decimal(unitPrice, cents),
        discount_percent: decimal("discountpercent", percent),
        narrative: text("narrative", { nullWhen: [""] }),
        taxes: lines(
          "stockmovestaxes",
          { stkmoveno: "stkmoveno" },
          { name: text(lookup("taxauthorities", { taxid: "taxauthid" }, "description")), percent: decimal("taxrate", percent), on_tax: flag("taxontax") },
          { sort: ["taxcalculationorder", "taxauthid"] },
        ),
      },
      { where: { show_on_inv_crds: 1, hidemovt: 0 }, sort: ["stkmoveno"] },
    ),
  },
});
