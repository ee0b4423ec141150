/** Payments as partners see them. */

import { wire, z } from "sluice";

const Allocation = z.object({
  invoice_id: wire.id().nullable().meta({ description: "Null where it went to something other than an invoice." }),
  amount: wire.decimal().meta({ description: "In the payment's currency." }),
  allocated_on: wire.date().nullable(),
});

export const Payment = z.object({
  id: wire.id(),
  customer_id: wire.id(),
  received_on: wire.date().nullable(),
  amount: wire.money().meta({ description: "Received; negative where it was paid back." }),
  discount: wire.money().meta({ description: "Granted for early payment, on top of `amount`." }),
  unallocated: wire.money().meta({ description: "Not yet set against an invoice." }),
  settled: z.boolean(),
  reference: z.string().nullable(),
  allocations: z.array(Allocation),
});
