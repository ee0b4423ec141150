import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Invoice } from "./schema.ts";

/** What partners see of invoices and credit notes. */
export const invoices = defineContract({
  name: "invoices",
  singular: "invoice",
  team: "finance",
  summary: "Invoices and credit notes the partner received or pays.",
  model: Invoice,
  reads: {
    list: {
      scope: "invoices:read",
      filter: ["type", "status", "customer_id", "bill_to_id", "order_id", "invoiced_on", "due_on", "total.amount"],
      sort: ["id", "invoiced_on", "due_on"],
      expand: ["lines"],
    },
    get: { scope: "invoices:read" },
  },
  events: (on) => ({ "invoice.issued": on.created(), "invoice.paid": on.changed("status", { to: "paid" }) }),
  example,
});
