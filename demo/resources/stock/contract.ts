import { defineContract } from "sluice";
import { example } from "./example.ts";
import { StockLevel } from "./schema.ts";

/** What partners see of stock. */
export const stock = defineContract({
  name: "stock",
  singular: "stock_level",
  team: "warehouse",
  summary: "How much of each product is in each warehouse.",
  model: StockLevel,
  reads: {
    list: { scope: "stock:read", filter: ["product_id", "warehouse.code", "available", "changed_at"], sort: ["id"] },
    get: { scope: "stock:read" },
  },
  events: (on) => ({ "stock_level.changed": on.changed("available") }),
  example,
});
