/** Orders as partners see them. */

import { wire, z } from "sluice";

const Line = z.object({
  line_no: z.int().meta({ description: "Number of the line within the order, from 0." }),
  product_id: wire.id(),
  quantity: wire.decimal(),
  invoiced_quantity: wire.decimal(),
  unit_price: wire.decimal().meta({ description: "Before discount, in the order's currency." }),
  discount_percent: wire.decimal(),
  requested_on: wire.date().nullable(),
  dispatched_on: wire.date().nullable(),
  completed: z.boolean().meta({ description: "Invoiced in full, or what is left was cancelled." }),
  narrative: z.string().nullable(),
  customer_line: z.string().nullable().meta({ description: "The partner's own number for this line." }),
});

export const Order = z.object({
  id: wire.id(),
  status: z.enum(["quotation", "entered", "picking", "partly_invoiced", "completed"]).meta({ description: "`partly_invoiced` wins over `picking`." }),
  customer_id: wire.id(),
  branch: z.string().meta({ description: "Code of the branch among the customer's `branches`." }),
  reference: z.string().nullable().meta({ description: "The partner's own number for this order." }),
  buyer: z.string().nullable(),
  comment: z.string().nullable(),
  placed_on: wire.date().nullable(),
  deliver_on: wire.date().nullable(),
  confirmed_on: wire.date().nullable(),
  ship_to: z.object({ name: z.string(), address: z.array(z.string()).max(6) }),
  freight: wire.money(),
  goods: wire.money().meta({ description: "Lines after discount, before tax and freight." }),
  lines: z.array(Line),
});

const quantity = z
  .string()
  .regex(/^(?!0+(?:\.0+)?$)(?:0|[1-9]\d{0,8})(?:\.\d{1,4})?$/, "More than 0, at most four decimals.")
  .meta({ format: "decimal", examples: ["5"] });

const ShipTo = z.object({ name: z.string().min(2).max(40), address: z.array(z.string().min(2).max(40)).min(1).max(6) });

const written = {
  reference: z.string().max(50).meta({ description: "Your own number for this order." }),
  buyer: z.string().max(50),
  comment: z.string().max(2_000),
  deliver_on: wire.date(),
  ship_to: ShipTo,
};

const ofLine = {
  requested_on: wire.date().optional(),
  customer_line: z.string().max(10).optional().meta({ description: "Your own number for this line." }),
};

export const PlaceOrder = z.object({
  customer_id: wire.id().meta({ description: "Who orders: one of your own accounts." }),
  branch: z.string().max(10).meta({ description: "Code of the branch among the customer's `branches`." }),
  reference: written.reference.optional(),
  buyer: written.buyer.optional(),
  comment: written.comment.optional(),
  deliver_on: written.deliver_on.optional().meta({ description: "Without it: the first day on which goods can leave." }),
  ship_to: written.ship_to.optional().meta({ description: "Without it: the branch's own address." }),
  lines: z
    .array(z.object({ product_id: wire.id(), quantity, ...ofLine }))
    .min(1)
    .max(200),
});

const ChangedLine = z
  .object({
    line_no: z.int().min(0).optional().meta({ description: "The line to change; without it a line is added." }),
    product_id: wire.id().optional().meta({ description: "Of a line that is added." }),
    quantity: z
      .string()
      .regex(/^(?:0|[1-9]\d{0,8})(?:\.\d{1,4})?$/, "At most four decimals.")
      .meta({ format: "decimal", description: "0 takes a line out, or what is left of it.", examples: ["6"] })
      .optional(),
    ...ofLine,
  })
  .refine(({ line_no, product_id }) => (line_no === undefined) !== (product_id === undefined), {
    path: ["line_no"],
    message: "Either the number of a line that is changed, or the product of one that is added.",
  })
  .refine(({ line_no, quantity: ordered }) => line_no !== undefined || Number(ordered ?? 0) > 0, {
    path: ["quantity"],
    message: "A line that is added needs more than 0.",
  });

export const AmendOrder = z.object({
  reference: written.reference.nullable().optional(),
  buyer: written.buyer.nullable().optional(),
  comment: written.comment.nullable().optional(),
  deliver_on: written.deliver_on.optional(),
  ship_to: written.ship_to.optional(),
  lines: z.array(ChangedLine).min(1).max(200).optional().meta({ description: "Lines that change; those left out stay." }),
});
