/** Shipments as partners see them. */

import { wire, z } from "sluice";

export const Shipment = z.object({
  id: wire.id(),
  status: z.enum(["planned", "picked", "shipped"]),
  order_id: wire.id(),
  carrier: z.object({ code: z.string(), name: z.string().nullable() }),
  tracking_number: z.string().nullable(),
  planned_on: wire.date(),
  shipped_at: wire.dateTime().nullable(),
  packages: z.int(),
  weight_kg: wire.decimal(),
  lines: z.array(
    z.object({
      line_no: z.int(),
      order_line_no: z.int().meta({ description: "`line_no` of the order's line." }),
      product_id: wire.id(),
      quantity: wire.decimal().meta({ description: "In the unit of the order's line." }),
      lot: z.string().nullable(),
    }),
  ),
});
