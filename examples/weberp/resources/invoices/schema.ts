/** Invoices as partners see them. */

import { wire, z } from "sluice";

const Tax = z.object({
  name: z.string().nullable(),
  percent: wire.decimal(),
  on_tax: z.boolean().meta({ description: "Reckoned on the amount with the taxes before it." }),
});

const Line = z.object({
  product_id: wire.id(),
  quantity: wire.decimal(),
  unit_price: wire.decimal().meta({ description: "Before discount, in the invoice's currency." }),
  discount_percent: wire.decimal(),
  narrative: z.string().nullable(),
  taxes: z.array(Tax),
});

export const Invoice = z.object({
  id: wire.id(),
  customer_id: wire.id(),
  branch: z.string(),
  order_id: wire.id().nullable(),
  issued_on: wire.date().nullable(),
  net: wire.money(),
  freight: wire.money(),
  tax: wire.money(),
  discount: wire.money(),
  total: wire.money(),
  open: wire.money().meta({ description: "What is still to be paid." }),
  settled: z.boolean(),
  text: z.string().nullable(),
  consignment: z.string().nullable().meta({ description: "The carrier's number." }),
  packages: z.int(),
  lines: z.array(Line),
});
