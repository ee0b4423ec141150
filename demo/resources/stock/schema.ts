/** Stock as partners see it. */

import { wire, z } from "sluice";

export const StockLevel = z.object({
  id: wire.id(),
  product_id: wire.id(),
  warehouse: z.object({ code: z.string(), name: z.string(), city: z.string() }),
  on_hand: wire.decimal().meta({ description: "In the product's base unit." }),
  allocated: wire.decimal().meta({ description: "Promised to open orders." }),
  available: wire.decimal().meta({ description: "On hand less allocated; below zero when more is promised than there is." }),
  on_order: wire.decimal().meta({ description: "Ordered from suppliers." }),
  counted_on: wire.date().nullable(),
  changed_at: wire.dateTime(),
});
