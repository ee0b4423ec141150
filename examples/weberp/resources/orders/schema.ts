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
