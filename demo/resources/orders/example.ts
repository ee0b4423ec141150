/** One order of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { AmendOrder, CancelOrder, Order, PlaceOrder } from "./schema.ts";

export const example: z.output<typeof Order> = {
  id: "0000100204",
  status: "shipped",
  customer_id: "C0000001",
  bill_to_id: "C0000001",
  reference: "PO-204/56",
  placed_at: "2023-10-30T09:22:38Z",
  requested_on: "2023-11-03",
  confirmed_on: "2023-11-03",
  address_id: "C0000001~6",
  ship_to: {
    name: "Lager Köln 6",
    street: "Industriestraße 83",
    postal_code: "50667",
    city: "Köln",
    country: "DE",
  },
  net: {
    amount: "534.81",
    currency: "EUR",
  },
  freight: {
    amount: "0.00",
    currency: "EUR",
  },
  tax: {
    amount: "101.61",
    currency: "EUR",
  },
  total: {
    amount: "636.42",
    currency: "EUR",
  },
  channel: "api",
  comment: null,
  margin: {
    amount: "90.10",
    currency: "EUR",
  },
  changed_at: "2023-11-03T10:13:00Z",
  lines: [
    {
      line_no: 10,
      product_id: "E-10250",
      description: "Leuchtröhre Größe S",
      status: "shipped",
      quantity: "5.000",
      shipped_quantity: "5.000",
      unit: "STK",
      unit_price: "78.32",
      discount_percent: "5.00",
      net: "372.02",
      requested_on: null,
    },
    {
      line_no: 20,
      product_id: "C-10050",
      description: "Leuchtröhre M6",
      status: "shipped",
      quantity: "3.000",
      shipped_quantity: "3.000",
      unit: "KAR",
      unit_price: "57.12",
      discount_percent: "5.00",
      net: "162.79",
      requested_on: null,
    },
  ],
  notes: [
    {
      text: "Bitte vor 10 Uhr anliefern, Tür hinten links.",
      written_on: "2023-10-30",
    },
    {
      text: "Teillieferung unerwünscht.",
      written_on: "2023-10-30",
    },
  ],
};

export const placeExample: z.input<typeof PlaceOrder> = {
  customer_id: "C0000001",
  reference: "PO-2026-1187",
  address_id: "C0000001~6",
  lines: [
    { product_id: "E-10250", quantity: "5" },
    { product_id: "C-10050", quantity: "3", unit: "KAR" },
  ],
};

export const amendExample: z.input<typeof AmendOrder> = { reference: "PO-2026-1187/2", lines: [{ line_no: 10, quantity: "6" }] };

export const cancelExample: z.input<typeof CancelOrder> = { reason: "customer" };
