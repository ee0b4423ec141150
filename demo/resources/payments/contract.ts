import { defineContract } from "sluice";
import { example, reportExample } from "./example.ts";
import { Payment, ReportPayment } from "./schema.ts";

/** What partners see of their payments, and how they report one. */
export const payments = defineContract({
  name: "payments",
  singular: "payment",
  team: "finance",
  summary: "Payments received from the partner, and what they cleared.",
  model: Payment,
  reads: {
    list: { scope: "payments:read", filter: ["customer_id", "invoice_id", "paid_on", "amount.amount", "method", "reversed"], sort: ["id", "paid_on"] },
    get: { scope: "payments:read" },
  },
  commands: { report: { scope: "payments:write", input: ReportPayment, answers: "operation", example: reportExample } },
  owner: { customer_id: "erp", invoice_id: "erp", paid_on: "erp", amount: "erp", bank_reference: "erp" },
  refusals: {
    "customer-unknown": "There is no such customer.",
    "invoice-not-open": "There is no open document of this customer with this number.",
    "amount-not-possible": "The amount is more than what is open.",
    "currency-differs": "The document is in another currency.",
    "date-not-possible": "There is no such day.",
    "already-reported": "A payment with this reference has been posted for this customer.",
  },
  example,
});
