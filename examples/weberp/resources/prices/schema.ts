/** Prices as partners see them. */

import { wire, z } from "sluice";

export const Price = z.object({
  id: wire.id(),
  product_id: wire.id(),
  price_list: z.string(),
  customer_id: wire.id().nullable().meta({ description: "Whose special price it is; null: everyone's." }),
  branch: z.string().nullable().meta({ description: "The one branch it is for; null: all." }),
  price: wire.money().meta({ description: "For one unit." }),
  valid_from: wire.date().nullable(),
  valid_to: wire.date().nullable().meta({ description: "Last day; null: until further notice." }),
});
