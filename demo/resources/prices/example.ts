/** One price of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { Price } from "./schema.ts";

export const example: z.output<typeof Price> = {
  id: "LIST~!~E-10250~0~0",
  product_id: "E-10250",
  list: "list",
  customer_id: null,
  price: {
    amount: "73.62",
    currency: "EUR",
  },
  min_quantity: "0.000",
  valid_from: null,
  valid_to: "2024-12-31",
};
