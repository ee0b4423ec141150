import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Price } from "./schema.ts";

/** What partners see of price lists. */
export const prices = defineContract({
  name: "prices",
  singular: "price",
  team: "pricing",
  summary: "List prices, and the partner's own.",
  model: Price,
  reads: {
    list: { scope: "prices:read", filter: ["product_id", "list", "customer_id", "valid_from", "valid_to"], sort: ["valid_from"] },
    get: { scope: "prices:read" },
  },
  example,
});
