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
