/** One shipment of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { Shipment } from "./schema.ts";

export const example: z.output<typeof Shipment> = {
  id: "500210",
  status: "shipped",
  order_id: "0000100204",
  carrier: {
    code: "SELB",
    name: "Selbstabholer",
  },
  tracking_number: null,
  planned_on: "2023-11-03",
  shipped_at: "2023-11-03T10:04:56Z",
  packages: 5,
  weight_kg: "106.230",
  lines: [
    {
      line_no: 1,
      order_line_no: 10,
      product_id: "E-10250",
      quantity: "5.000",
      lot: null,
    },
    {
      line_no: 2,
      order_line_no: 20,
      product_id: "C-10050",
      quantity: "3.000",
      lot: null,
    },
  ],
};
