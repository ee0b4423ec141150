import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Product } from "./schema.ts";

/** What partners see of the catalogue. */
export const products = defineContract({
  name: "products",
  singular: "product",
  team: "catalogue",
  summary: "What Meridian sells, with texts, units and list prices.",
  model: Product,
  reads: {
    list: {
      scope: "products:read",
      filter: ["group.code", "type", "ean", "hazardous", "color", "sold_online", "discontinued_on", "changed_at"],
      sort: ["id", "changed_at"],
      expand: ["units"],
    },
    get: { scope: "products:read" },
  },
  hide: { purchase_price: "products.cost:read" },
  events: (on) => ({ "product.added": on.created(), "product.discontinued": on.changed("discontinued_on") }),
  example,
});
