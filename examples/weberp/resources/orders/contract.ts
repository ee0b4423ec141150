import { defineContract } from "sluice";
import { Order } from "./schema.ts";

/** What partners see of sales orders and quotations. */
export const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "sales",
  summary: "Sales orders and quotations.",
  model: Order,
  reads: {
    list: {
      scope: "orders:read",
      filter: ["status", "customer_id", "reference", "placed_on", "deliver_on", "goods.amount", "ship_to.name"],
      sort: ["id", "placed_on", "deliver_on", "goods.amount"],
      expand: ["lines"],
    },
    get: { scope: "orders:read" },
  },
});
