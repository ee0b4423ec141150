/** Orders as partners see them. */

import { wire, z } from "sluice";

const Line = z.object({
  line_no: z.int().meta({ description: "Number of the line within the order: 10, 20, 30." }),
  product_id: wire.id().meta({ description: "Id of the product ordered." }),
  description: z.string().meta({ description: "As it was when ordered." }),
  status: z.enum(["open", "partly_shipped", "shipped", "cancelled"]),
  quantity: wire.decimal().meta({ description: "Ordered, in `unit`." }),
  shipped_quantity: wire.decimal(),
  unit: z.string(),
  unit_price: wire.decimal().meta({ description: "For one `unit`, before discount, in the order's currency." }),
  discount_percent: wire.decimal(),
  net: wire.decimal().meta({ description: "After discount, in the order's currency." }),
  requested_on: wire.date().nullable().meta({ description: "Where it differs from the order's." }),
});

const Note = z.object({ text: z.string(), written_on: wire.date() });

export const Order = z.object({
  id: wire.id(),
  status: z
    .enum(["entered", "released", "on_hold", "partly_shipped", "shipped", "cancelled"])
    .meta({ description: "`on_hold` wins over all but `shipped` and `cancelled`." }),
  customer_id: wire.id().meta({ description: "The customer who ordered." }),
  bill_to_id: wire.id().meta({ description: "The customer who pays." }),
  reference: z.string().nullable().meta({ description: "The partner's own number for this order." }),
  placed_at: wire.dateTime(),
  requested_on: wire.date().nullable().meta({ description: "Delivery asked for; null: as soon as possible." }),
  confirmed_on: wire.date().nullable().meta({ description: "Delivery promised; null: not yet." }),
  address_id: wire
    .id()
    .nullable()
    .meta({ description: "The address of the customer's that `ship_to` was taken from; null: none of them. It may have been changed or removed since." }),
  ship_to: z.object({ name: z.string(), street: z.string(), postal_code: z.string(), city: z.string(), country: z.string() }),
  net: wire.money(),
  freight: wire.money(),
  tax: wire.money(),
  total: wire.money().meta({ description: "Net, freight and tax." }),
  channel: z.enum(["edi", "phone", "web", "fax", "api"]),
  comment: z.string().nullable(),
  margin: wire.money().meta({ description: "What is earned on the order." }),
  changed_at: wire.dateTime().nullable(),
  lines: z.array(Line),
  notes: z.array(Note),
});

const quantity = wire
  .decimal()
  .regex(/^(?!0+(?:\.0+)?$)\d{1,6}(?:\.\d{1,3})?$/, "More than 0, at most three decimals.")
  .meta({ description: "In `unit`; more than 0, at most three decimals." });

const ShipTo = Order.shape.ship_to.meta({ description: "Where the goods go." });

const NewLine = z.object({
  product_id: wire.id(),
  quantity,
  unit: z.string().max(3).optional().meta({ description: "Without it: the product's own." }),
  requested_on: wire.date().optional().meta({ description: "Where it differs from the order's." }),
});

export const PlaceOrder = z.object({
  customer_id: wire.id().meta({ description: "Who orders: one of your own accounts." }),
  reference: z.string().max(20).optional().meta({ description: "Your own number for this order." }),
  requested_on: wire.date().optional().meta({ description: "Delivery asked for; without it: as soon as possible." }),
  address_id: wire.id().optional().meta({ description: "One of the customer's `addresses`, as the place the goods go to." }),
  ship_to: ShipTo.optional().meta({ description: "A place that is none of the `addresses`. Without either: the customer's own address." }),
  comment: z.string().max(500).optional(),
  lines: z.array(NewLine).min(1).max(200),
});

const ChangedLine = z
  .object({
    line_no: z.int().min(1).max(9999).optional().meta({ description: "The line to change; without it a line is added." }),
    product_id: wire.id().optional().meta({ description: "Of a line that is added." }),
    quantity: z
      .string()
      .regex(/^\d{1,6}(?:\.\d{1,3})?$/, "At most three decimals.")
      .meta({ format: "decimal", description: "0 takes a line out." }),
    unit: z.string().max(3).optional().meta({ description: "Of a line that is added; without it: the product's own." }),
    requested_on: wire.date().optional().meta({ description: "Of a line that is added, where it differs from the order's." }),
  })
  .refine(({ line_no, product_id }) => line_no !== undefined || product_id !== undefined, {
    path: ["product_id"],
    message: "A line that is added needs a product; one that is changed, its line_no.",
  })
  .refine(({ line_no, product_id, unit, requested_on }) => line_no === undefined || [product_id, unit, requested_on].every((value) => value === undefined), {
    path: ["line_no"],
    message: "Only the quantity of a line can be changed. To change more, take it out and add another.",
  })
  .refine(({ line_no, quantity }) => line_no !== undefined || Number(quantity) > 0, { path: ["quantity"], message: "A line that is added needs more than 0." });

export const AmendOrder = z.object({
  reference: z.string().max(20).nullable().optional(),
  requested_on: wire.date().optional(),
  ship_to: ShipTo.optional(),
  comment: z.string().max(500).nullable().optional(),
  lines: z.array(ChangedLine).min(1).max(200).optional().meta({ description: "Lines that change; those left out stay." }),
});

export const CancelOrder = z.object({
  reason: z.enum(["customer", "not_available", "duplicate", "other"]).meta({ description: "Why the order is cancelled." }),
});
