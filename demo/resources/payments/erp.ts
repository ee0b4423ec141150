import { code, flag, julianDate, money, ref, stage, text, wallClock } from "sluice";
import { company, digits, meridian, zone } from "../../erp/source.ts";
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
  commands: {
    // The batch of the night posts what stands in the import table, and writes beside it what became of it.
    report: stage({
      table: "PAYIMP",
      key: "IMPNO",
      row: ({ columns: { row }, now }, { paid_on }: { readonly paid_on: string }) => ({
        COMPNY: company,
        CUSNO: row["CUSNO"],
        EXTREF: row["BNKREF"],
        DOCNO: row["DOCNO"] ?? "",
        PAYDT: digits(paid_on),
        CURCD: row["CURCD"],
        PAYAMT: row["PAYAMT"],
        CRTTS: Object.values(wallClock(now, zone)).join(" "),
      }),
      watch: ["IMPST", "ERRCD", "PAYNO"],
      state: ({ IMPST, ERRCD, PAYNO }) => {
        if (IMPST === "P") return { kind: "done", key: String(PAYNO) };
        return IMPST === "E" ? { kind: "refused", code: String(ERRCD) } : { kind: "waiting" };
      },
      timeoutMinutes: 36 * 60,
    }),
  },
  refusals: [
    { code: "customer-unknown", status: "E001", pointer: "/customer_id" },
    { code: "invoice-not-open", status: "E002", pointer: "/invoice_id" },
    { code: "amount-not-possible", status: "E003", pointer: "/amount" },
    { code: "currency-differs", status: "E004", pointer: "/amount/currency" },
    { code: "date-not-possible", status: "E005", pointer: "/paid_on" },
    { code: "already-reported", status: "E006", pointer: "/bank_reference" },
  ],
});
