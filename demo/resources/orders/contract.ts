import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Order } from "./schema.ts";

/** What partners see of sales orders. */
export const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "order-management",
  summary: "Sales orders a partner placed, or that were placed for it.",
  model: Order,
  reads: {
    list: {
      scope: "orders:read",
      filter: ["status", "customer_id", "reference", "placed_at", "requested_on", "channel", "total.amount", "ship_to.country"],
      sort: ["placed_at", "id"],
      expand: ["lines", "notes"],
    },
    get: { scope: "orders:read" },
  },
  owner: { status: "erp", total: "erp", ship_to: "partner", reference: "partner", requested_on: "shared" },
  conflict: { requested_on: "reject" },
  hide: { margin: "orders.margin:read" },
  example,
});
