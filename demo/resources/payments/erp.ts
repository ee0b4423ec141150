import { code, flag, julianDate, money, ref, text } from "sluice";
import { company, meridian } from "../../erp/source.ts";
import { payments } from "./contract.ts";

/** Where payments live: the receivables module, bought from another house, with julian dates. */
export const paymentsInErp = meridian.bind(payments, {
  table: "ARPAY",
  key: "PAYNO",
  account: "CUSNO",
  where: { COMPNY: company },
  fields: {
    customer_id: ref("customers", "CUSNO"),
    invoice_id: ref("invoices", "DOCNO", { nullWhen: [""] }),
    paid_on: julianDate("PAYJD"),
    amount: money("PAYAMT", "CURCD", { scale: 2 }),
    method: code("PAYMTH", { UB: "transfer", LS: "direct_debit", SC: "cheque" }),
    bank_reference: text("BNKREF", { nullWhen: [""] }),
    reversed: flag("RVSFLG"),
  },
});
