import { defineContract } from "sluice";
import { amendExample, placeExample } from "./example.ts";
import { AmendOrder, Order, PlaceOrder } from "./schema.ts";

/** What partners see of sales orders and quotations, and what they may do to them. */
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
  commands: {
    place: { scope: "orders:write", input: PlaceOrder, example: placeExample },
    amend: { scope: "orders:write", input: AmendOrder, on: "one", as: "update", example: amendExample },
    cancel: { scope: "orders:delete", on: "one", as: "delete", summary: "Cancel an order: webERP keeps nothing of it" },
  },
  batch: true,
  owner: {
    status: "erp",
    customer_id: "erp",
    branch: "erp",
    reference: "partner",
    buyer: "partner",
    ship_to: "partner",
    // Clerks note on the order what they agree with the partner.
    comment: "shared",
    deliver_on: "shared",
    lines: "shared",
  },
  conflict: { comment: "reject", deliver_on: "reject", lines: "reject" },
  refusals: {
    "account-on-hold": "The account is on hold; please speak to credit control.",
    "credit-limit-exceeded": "The account is at or over its credit limit.",
    "branch-unknown": "The customer has no such branch.",
    "branch-closed": "Nothing is sold to this branch any more.",
    "product-discontinued": "A product is no longer sold.",
    "product-not-sold": "A product is not sold from the warehouse of this branch.",
    "price-missing": "There is no price of a product for this customer today.",
    "product-repeated": "A product stands on the order more than once.",
    "order-completed": "The order is completed.",
    "order-in-picking": "The packing slip of the order has been printed.",
    "already-invoiced": "More than what is left has been invoiced already.",
    "line-not-found": "The order has no such line, or the line is completed.",
    "no-lines": "An order without lines is none.",
  },
  events: (on) => ({
    "order.placed": on.created(),
    "order.picking": on.changed("status", { to: "picking" }),
    "order.completed": on.changed("status", { to: "completed" }),
    "order.confirmed": on.changed("confirmed_on"),
    "order.lines_changed": on.changed("lines"),
    "order.removed": on.deleted(),
  }),
});
