import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Payment } from "./schema.ts";

/** What partners see of their payments. */
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
  example,
});
