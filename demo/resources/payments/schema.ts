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
