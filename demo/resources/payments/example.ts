/** One payment of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { Payment, ReportPayment } from "./schema.ts";

export const example: z.output<typeof Payment> = {
  id: "7000214",
  customer_id: "C0000001",
  invoice_id: "RE00000210",
  paid_on: "2023-11-20",
  amount: {
    amount: "636.42",
    currency: "EUR",
  },
  method: "transfer",
  bank_reference: null,
  reversed: false,
};

export const reportExample: z.input<typeof ReportPayment> = {
  customer_id: "C0000001",
  invoice_id: "RE00000210",
  paid_on: "2026-11-20",
  amount: { amount: "636.42", currency: "EUR" },
  bank_reference: "BANK-2026-11-20/17",
};
