/** What is sent to place and to amend an order of the demo company, as the documents show it. */

import type { z } from "sluice";
import type { AmendOrder, PlaceOrder } from "./schema.ts";

export const placeExample: z.input<typeof PlaceOrder> = {
  customer_id: "ANGRY",
  branch: "ANGRYFL",
  reference: "PO 1187",
  lines: [
    { product_id: "DVD-DHWV", quantity: "2" },
    { product_id: "TAPE1", quantity: "12.5", customer_line: "20" },
  ],
};

export const amendExample: z.input<typeof AmendOrder> = { reference: "PO 1187/2", lines: [{ line_no: 0, quantity: "3" }] };
