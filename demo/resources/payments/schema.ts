/** Payments as partners see them. */

import { wire, z } from "sluice";

export const Payment = z.object({
  id: wire.id(),
  customer_id: wire.id().meta({ description: "Who paid." }),
  invoice_id: wire.id().nullable().meta({ description: "The document it clears; null: on account." }),
  paid_on: wire.date(),
  amount: wire.money(),
  method: z.enum(["transfer", "direct_debit", "cheque"]),
  bank_reference: z.string().nullable(),
  reversed: z.boolean(),
});

export const ReportPayment = z.object({
  customer_id: wire.id().meta({ description: "Who paid: one of your own accounts." }),
  invoice_id: wire.id().nullable().optional().meta({ description: "The document it clears; without it the payment is on account." }),
  paid_on: wire.date(),
  amount: z.strictObject({
    amount: z
      .string()
      .regex(/^(?!0+(?:\.0+)?$)(?:0|[1-9]\d{0,12})(?:\.\d{1,2})?$/, "More than 0, at most two decimals.")
      .meta({ format: "decimal", examples: ["636.42"] }),
    currency: wire.money().shape.currency,
  }),
  bank_reference: z.string().min(1).max(35).meta({ description: "Your own reference of the payment. Each is posted once per customer." }),
});
