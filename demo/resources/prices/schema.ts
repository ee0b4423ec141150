/** Prices as partners see them. */

import { wire, z } from "sluice";

export const Price = z.object({
  id: wire.id(),
  product_id: wire.id(),
  list: z.enum(["list", "own"]).meta({ description: "`own`: agreed with one customer, and goes before `list`." }),
  customer_id: wire.id().nullable().meta({ description: "Whose price it is; null: everyone's." }),
  price: wire.money().meta({ description: "For one base unit of the product." }),
  min_quantity: wire.decimal().meta({ description: "From this quantity of base units." }),
  valid_from: wire.date().nullable().meta({ description: "null: ever since." }),
  valid_to: wire.date().nullable().meta({ description: "The last day; null: until further notice." }),
});
