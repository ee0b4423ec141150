import { date, decimal, flag, lines, lookup, money, ref, sum, text } from "sluice";
import { documentType, noDate, noDateTime, weberp } from "../../erp/source.ts";
import { payments } from "./contract.ts";

const currency = "customer.currcode";
const cents = { places: 2 } as const;

/** Where payments live: in the debtors' ledger, where what a customer pays is negative. */
export const paymentsInErp = weberp.bind(payments, {
  table: "debtortrans",
  joins: { customer: { table: "debtorsmaster", on: { debtorno: "debtorno" } } },
  key: "transno",
  account: "debtorno",
  where: { type: documentType.receipt },
  fields: {
    customer_id: ref("customers", "debtorno"),
    received_on: date("trandate", noDateTime),
    amount: money(sum("float", "-ovamount"), currency, cents),
    discount: money(sum("float", "-ovdiscount"), currency, cents),
    unallocated: money(sum("float", "-ovamount", "-ovdiscount", "alloc"), currency, cents),
    settled: flag("settled"),
    reference: text("reference", { nullWhen: [""] }),
    allocations: lines(
      "custallocns",
      { transid_allocfrom: "id" },
      {
        invoice_id: ref("invoices", lookup("debtortrans", { id: "transid_allocto" }, "transno", { where: { type: documentType.invoice }, type: "integer" })),
        amount: decimal("amt", { places: 2 }),
        allocated_on: date("datealloc", noDate),
      },
      { sort: ["id"] },
    ),
  },
});
