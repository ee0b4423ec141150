import { defineContract } from "sluice";
import { Product } from "./schema.ts";

/** What partners see of the stock list. */
export const products = defineContract({
  name: "products",
  singular: "product",
  team: "inventory",
  summary: "What can be ordered.",
  model: Product,
  reads: {
    list: { scope: "products:read", filter: ["kind", "category.code", "barcode", "discontinued", "gross_weight_kg"], sort: ["id", "gross_weight_kg"] },
    get: { scope: "products:read" },
  },
});
