/** One stock level of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { StockLevel } from "./schema.ts";

export const example: z.output<typeof StockLevel> = {
  id: "E-10250~HH1",
  product_id: "E-10250",
  warehouse: {
    code: "HH1",
    name: "Zentrallager Hamburg",
    city: "Hamburg",
  },
  on_hand: "667.000",
  allocated: "0.000",
  available: "667.000",
  on_order: "0.000",
  counted_on: "2025-12-31",
  changed_at: "2026-11-15T12:07:15Z",
};
