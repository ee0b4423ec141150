/** One product of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { Product } from "./schema.ts";

export const example: z.output<typeof Product> = {
  id: "E-10250",
  name: "Leuchtröhre Größe S",
  name_en: "Fluorescent tube",
  description: "Fluorescent tube, Größe S, 1950 g",
  web_name: "Leuchtröhre Größe S – jetzt online",
  group: {
    code: "5000",
    name: "Farben",
  },
  type: "stocked",
  unit: "STK",
  ean: "4001949825747",
  attributes: [],
  hazardous: false,
  color: null,
  weight_kg: "1.950",
  dimensions_mm: {
    length: 379,
    width: 228,
    height: null,
  },
  rating: null,
  list_price: {
    amount: "78.32",
    currency: "EUR",
  },
  purchase_price: {
    amount: "61.87",
    currency: "EUR",
  },
  sold_online: true,
  published_on: "2017-10-18",
  discontinued_on: null,
  changed_at: "2019-03-04T06:49:10Z",
  units: [
    {
      unit: "STK",
      factor: "1.000",
      for_sale: true,
    },
  ],
};
