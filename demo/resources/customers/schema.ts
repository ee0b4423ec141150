/** Customers as partners see them: themselves. */

import { wire, z } from "sluice";

const Address = z.object({
  number: z.int(),
  name: z.string(),
  street: z.string(),
  postal_code: z.string(),
  city: z.string(),
  country: z.string(),
  gln: z.string().nullable().meta({ description: "Global Location Number (GS1)." }),
  is_default: z.boolean(),
});

const Contact = z.object({
  number: z.int(),
  first_name: z.string().nullable(),
  last_name: z.string(),
  role: z.enum(["purchasing", "accounts", "warehouse", "owner"]),
  email: z.string().nullable(),
  phone: z.string().nullable(),
});

export const Customer = z.object({
  id: wire.id(),
  name: z.string().nullable(),
  name_2: z.string().nullable(),
  address: z.object({ street: z.string(), postal_code: z.string(), city: z.string(), country: z.string() }),
  language: z.enum(["de", "en", "fr"]),
  vat_id: z.string().nullable(),
  group: z.object({ code: z.string(), name: z.string() }),
  bill_to_id: wire.id().nullable().meta({ description: "Who pays; null: the customer itself." }),
  currency: z.string(),
  payment_terms: z.string(),
  discount_percent: wire.decimal(),
  credit_limit: wire.money().nullable().meta({ description: "null: none set." }),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  blocked: z.boolean().meta({ description: "Orders are refused while it is." }),
  since: wire.date(),
  changed_at: wire.dateTime().nullable(),
  addresses: z.array(Address).meta({ description: "Where goods can be sent." }),
  contacts: z.array(Contact),
});

export const ChangeCustomer = z.object({
  email: z.email().max(60).nullable().optional(),
  phone: z
    .string()
    .regex(/^\+?[0-9][0-9 ()/-]{2,18}$/, "Digits, spaces and ( ) / -, with + in front or not; at most 20 characters.")
    .meta({ examples: ["+49 40 280204"] })
    .nullable()
    .optional(),
  effective_at: wire
    .dateTime()
    .optional()
    .meta({ description: "Since when it is so. A phone number that was changed on both sides is the newer one's; without a time it is the ERP's." }),
});
