/** Stock as partners see it. */

import { wire, z } from "sluice";

export const StockLevel = z.object({
  id: wire.id(),
  product_id: wire.id(),
  location: z.object({ code: z.string(), name: z.string() }),
  on_hand: wire.decimal().meta({ description: "In the product's unit; negative where goods left before they were booked in." }),
});
