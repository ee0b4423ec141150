/** Invoices as partners see them. */

import { wire, z } from "sluice";

export const Invoice = z.object({
  id: wire.id(),
  type: z.enum(["invoice", "credit_note"]),
  status: z.enum(["open", "paid", "reversed"]),
  customer_id: wire.id().meta({ description: "Who bought." }),
  bill_to_id: wire.id().meta({ description: "Who pays." }),
  order_id: wire.id(),
  shipment_id: wire.id().nullable(),
  original_invoice_id: wire.id().nullable().meta({ description: "The invoice a credit note refers to." }),
  invoiced_on: wire.date(),
  due_on: wire.date(),
  paid_on: wire.date().nullable(),
  net: wire.money(),
  freight: wire.money(),
  tax_percent: wire.decimal(),
  tax: wire.money(),
  total: wire.money().meta({ description: "Net, freight and tax; below zero on credit notes." }),
  open_amount: wire.money().nullable().meta({ description: "Still to be paid; below zero: to be paid out." }),
  lines: z.array(
    z.object({
      line_no: z.int(),
      order_line_no: z.int(),
      product_id: wire.id(),
      quantity: wire.decimal(),
      unit: z.string(),
      unit_price: wire.decimal(),
      discount_percent: wire.decimal(),
      net: wire.decimal(),
    }),
  ),
});
