import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Customer } from "./schema.ts";

/** What partners see of their own customer records. */
export const customers = defineContract({
  name: "customers",
  singular: "customer",
  team: "sales",
  summary: "The partner's own accounts, with delivery addresses and contacts.",
  model: Customer,
  reads: {
    list: {
      scope: "customers:read",
      filter: ["address.country", "language", "blocked", "changed_at"],
      sort: ["id", "changed_at"],
      expand: ["addresses", "contacts"],
    },
    get: { scope: "customers:read" },
  },
  owner: { email: "shared", phone: "shared", addresses: "partner", credit_limit: "erp", blocked: "erp" },
  hide: { credit_limit: "customers.credit:read" },
  example,
});
