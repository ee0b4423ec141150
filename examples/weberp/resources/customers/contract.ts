import { defineContract } from "sluice";
import { Customer } from "./schema.ts";

/** What partners see of their own customer accounts. */
export const customers = defineContract({
  name: "customers",
  singular: "customer",
  team: "debtors",
  summary: "Customer accounts with the branches goods are sent to.",
  model: Customer,
  reads: {
    list: {
      scope: "customers:read",
      filter: ["name", "currency", "on_hold", "customer_since", "last_paid_on"],
      sort: ["id", "customer_since", "last_paid_on"],
      expand: ["branches"],
    },
    get: { scope: "customers:read" },
  },
  hide: { credit_limit: "customers.credit:read" },
});
