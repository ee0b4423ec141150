import { defineContract } from "sluice";
import { changeExample, example } from "./example.ts";
import { ChangeCustomer, Customer } from "./schema.ts";

/** What partners see of their own customer records, and how they keep their contact data right. */
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
  commands: { change: { scope: "customers:write", input: ChangeCustomer, on: "one", as: "update", example: changeExample } },
  owner: { email: "shared", phone: "shared", addresses: "shared", credit_limit: "erp", blocked: "erp" },
  // Invoices go to the e-mail address: where both sides changed it, a person decides.
  conflict: { email: "review", phone: "newest" },
  newestBy: "changed_at",
  hide: { credit_limit: "customers.credit:read" },
  events: (on) => ({ "customer.blocked": on.changed("blocked", { to: true }), "customer.unblocked": on.changed("blocked", { to: false }) }),
  example,
});
