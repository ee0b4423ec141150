import { defineContract } from "sluice";
import { Price } from "./schema.ts";

/** What partners see of the price lists. */
export const prices = defineContract({
  name: "prices",
  singular: "price",
  team: "sales",
  summary: "List prices, and special prices of the partner's own.",
  model: Price,
  reads: {
    list: {
      scope: "prices:read",
      filter: ["product_id", "price_list", "customer_id", "price.amount", "price.currency", "valid_from", "valid_to"],
      sort: ["id", "price.amount", "valid_from", "valid_to"],
    },
    get: { scope: "prices:read" },
  },
});
