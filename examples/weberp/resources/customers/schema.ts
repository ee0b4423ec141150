/** Customers as partners see them. */

import { wire, z } from "sluice";

const Branch = z.object({
  code: z.string().meta({ description: "Named by orders and invoices as `branch`." }),
  name: z.string(),
  address: z.array(z.string()).max(6).meta({ description: "Lines of the address, without blank ones." }),
  contact: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  delivery_days: z.int().meta({ description: "Usual days from dispatch to delivery." }),
  instructions: z.string().nullable(),
  active: z.boolean(),
});

export const Customer = z.object({
  id: wire.id(),
  name: z.string(),
  address: z.array(z.string()).max(6),
  currency: z.string().meta({ description: "ISO 4217; all documents of the customer are in it." }),
  price_list: z.string(),
  payment_terms: z.string(),
  tax_number: z.string().nullable(),
  customer_since: wire.date().nullable(),
  last_paid_on: wire.date().nullable(),
  on_hold: z.boolean().meta({ description: "Orders are not invoiced while this is true." }),
  credit_limit: wire.money(),
  branches: z.array(Branch),
});
