import { defineContract } from "sluice";
import { Invoice } from "./schema.ts";

/** What partners see of sales invoices. */
export const invoices = defineContract({
  name: "invoices",
  singular: "invoice",
  team: "debtors",
  summary: "Sales invoices with their lines and taxes.",
  model: Invoice,
  reads: {
    list: {
      scope: "invoices:read",
      filter: ["customer_id", "order_id", "issued_on", "settled", "total.amount", "open.amount"],
      sort: ["id", "issued_on", "total.amount"],
      expand: ["lines"],
    },
    get: { scope: "invoices:read" },
  },
});
