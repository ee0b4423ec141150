import { defineContract } from "sluice";
import { amendExample, cancelExample, example, placeExample } from "./example.ts";
import { AmendOrder, CancelOrder, Order, PlaceOrder } from "./schema.ts";

/** What partners see of sales orders, and what they may do to them. */
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
  commands: {
    place: { scope: "orders:write", input: PlaceOrder, example: placeExample },
    amend: { scope: "orders:write", input: AmendOrder, on: "one", as: "update", example: amendExample },
    cancel: { scope: "orders:write", input: CancelOrder, on: "one", example: cancelExample },
  },
  batch: true,
  owner: {
    status: "erp",
    total: "erp",
    customer_id: "erp",
    reference: "partner",
    address_id: "erp",
    ship_to: "partner",
    comment: "partner",
    requested_on: "shared",
    lines: "shared",
  },
  conflict: { requested_on: "reject", lines: "reject" },
  refusals: {
    "customer-blocked": "The customer is blocked for new orders.",
    "product-discontinued": "A product is no longer sold.",
    "credit-limit-exceeded": "The order exceeds the customer's credit limit.",
    "period-closed": "The books of this period are closed.",
    "address-removed": "The address has been removed.",
    "comment-not-printable": "The comment has a character that the documents cannot show.",
    "unit-not-sold": "A product is not sold in this unit.",
    "date-not-possible": "The delivery date lies before the order's.",
    "order-not-changeable": "The order has gone too far to be changed or cancelled.",
    "order-on-hold": "The order is on hold.",
    "order-in-shipping": "Goods of the order have been picked.",
    "lines-fixed": "The order is released: its lines can no longer be changed.",
    "line-not-found": "The order has no such line.",
    "no-lines": "An order without lines is none.",
  },
  hide: { margin: "orders.margin:read" },
  events: (on) => ({
    "order.placed": on.created(),
    "order.released": on.changed("status", { to: "released" }),
    "order.confirmed": on.changed("confirmed_on"),
    "order.lines_changed": on.changed("lines"),
    "order.shipped": on.changed("status", { to: "shipped" }),
    "order.cancelled": on.changed("status", { to: "cancelled" }),
    "order.removed": on.deleted(),
  }),
  example,
});
