import { defineContract } from "sluice";
import { addExample, changeExample, example } from "./example.ts";
import { AddAddress, Address, ChangeAddress } from "./schema.ts";

/** What partners see of the places goods are sent to, and how they keep them. */
export const addresses = defineContract({
  name: "addresses",
  singular: "address",
  team: "sales",
  summary: "Where goods can be sent: the delivery addresses of the partner's accounts.",
  model: Address,
  reads: {
    list: { scope: "addresses:read", filter: ["customer_id"], sort: ["id"] },
    get: { scope: "addresses:read" },
  },
  commands: {
    add: { scope: "addresses:write", input: AddAddress, example: addExample },
    change: { scope: "addresses:write", input: ChangeAddress, on: "one", as: "update", example: changeExample },
    remove: { scope: "addresses:delete", on: "one", as: "delete" },
  },
  owner: {
    customer_id: "erp",
    number: "erp",
    name: "partner",
    street: "partner",
    postal_code: "partner",
    city: "partner",
    country: "partner",
    gln: "shared",
    is_default: "shared",
  },
  // The partner knows the numbers of its own places; where goods go without a word is planned by the warehouse.
  conflict: { gln: "partner-wins", is_default: "erp-wins" },
  refusals: {
    "default-needed": "The default address can neither be removed nor be made none: make another one the default first.",
    "no-number-left": "The customer has as many addresses as there can be.",
  },
  example,
});
