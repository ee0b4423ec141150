import { defineContract } from "sluice";
import { StockLevel } from "./schema.ts";

/** What partners see of stock on hand. */
export const stock = defineContract({
  name: "stock",
  singular: "stock_level",
  team: "inventory",
  summary: "Quantity on hand of each product at each location.",
  model: StockLevel,
  reads: {
    list: { scope: "stock:read", filter: ["product_id", "location.code", "on_hand"], sort: ["id", "on_hand"] },
    get: { scope: "stock:read" },
  },
});
