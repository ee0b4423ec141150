/** One invoice of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { Invoice } from "./schema.ts";

export const example: z.output<typeof Invoice> = {
  id: "RE00000210",
  type: "invoice",
  status: "paid",
  customer_id: "C0000001",
  bill_to_id: "C0000001",
  order_id: "0000100204",
  shipment_id: "500210",
  original_invoice_id: null,
  invoiced_on: "2023-11-03",
  due_on: "2023-11-17",
  paid_on: "2023-11-20",
  net: {
    amount: "534.81",
    currency: "EUR",
  },
  freight: {
    amount: "0.00",
    currency: "EUR",
  },
  tax_percent: "19.00",
  tax: {
    amount: "101.61",
    currency: "EUR",
  },
  total: {
    amount: "636.42",
    currency: "EUR",
  },
  open_amount: {
    amount: "0.00",
    currency: "EUR",
  },
  lines: [
    {
      line_no: 1,
      order_line_no: 10,
      product_id: "E-10250",
      quantity: "5.000",
      unit: "STK",
      unit_price: "78.32",
      discount_percent: "5.00",
      net: "372.02",
    },
    {
      line_no: 2,
      order_line_no: 20,
      product_id: "C-10050",
      quantity: "3.000",
      unit: "KAR",
      unit_price: "57.12",
      discount_percent: "5.00",
      net: "162.79",
    },
  ],
};
