/** Products as partners see them. */

import { wire, z } from "sluice";

export const Product = z.object({
  id: wire.id(),
  name: z.string(),
  description: z.string(),
  category: z.object({ code: z.string(), name: z.string() }),
  kind: z.enum(["purchased", "manufactured", "assembly", "kit", "phantom", "service"]),
  unit: z.string(),
  quantity_places: z.int().meta({ description: "Decimals that quantities of the product may have." }),
  barcode: z.string().nullable(),
  gross_weight_kg: wire.decimal(),
  net_weight_kg: wire.decimal(),
  volume_m3: wire.decimal(),
  lot_controlled: z.boolean(),
  serialised: z.boolean(),
  discontinued: z.boolean(),
});
