/** Products as partners see them. */

import { wire, z } from "sluice";

export const Product = z.object({
  id: wire.id(),
  name: z.string().meta({ description: "In German, the language of the catalogue." }),
  name_en: z.string().nullable(),
  description: z.string().nullable().meta({ description: "Long text in English." }),
  web_name: z.string().nullable(),
  group: z.object({ code: z.string(), name: z.string().nullable() }),
  type: z.enum(["stocked", "not_stocked", "service"]),
  unit: z.string().meta({ description: "Base unit: prices and stock are per one of these." }),
  ean: z.string().nullable().meta({ description: "GTIN-13." }),
  attributes: z.array(z.enum(["hazardous", "flammable", "batch_managed", "bulky", "chilled"])),
  hazardous: z.boolean(),
  color: z.string().nullable(),
  weight_kg: wire.decimal().meta({ description: "Of one base unit." }),
  dimensions_mm: z.object({ length: z.int().nullable(), width: z.int().nullable(), height: z.int().nullable() }),
  rating: wire.decimal().nullable(),
  list_price: wire.money(),
  purchase_price: wire.money(),
  sold_online: z.boolean(),
  published_on: wire.date().nullable(),
  discontinued_on: wire.date().nullable(),
  changed_at: wire.dateTime().nullable(),
  units: z.array(z.object({ unit: z.string(), factor: wire.decimal().meta({ description: "Base units in one of these." }), for_sale: z.boolean() })),
});
