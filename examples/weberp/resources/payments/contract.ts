import { defineContract } from "sluice";
import { Payment } from "./schema.ts";

/** What partners see of the payments they made. */
export const payments = defineContract({
  name: "payments",
  singular: "payment",
  team: "debtors",
  summary: "Payments received, and the invoices they went to.",
  model: Payment,
  reads: {
    list: {
      scope: "payments:read",
      filter: ["customer_id", "received_on", "amount.amount", "settled", "reference"],
      sort: ["id", "received_on", "amount.amount"],
      expand: ["allocations"],
    },
    get: { scope: "payments:read" },
  },
});
