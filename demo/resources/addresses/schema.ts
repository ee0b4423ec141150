/** Delivery addresses as partners see them. */

import { wire, z } from "sluice";

export const Address = z.object({
  id: wire.id(),
  customer_id: wire.id().meta({ description: "Whose address it is." }),
  number: z.int().meta({ description: "Number of the address within the customer's: 1, 2, 3." }),
  name: z.string(),
  street: z.string(),
  postal_code: z.string(),
  city: z.string(),
  country: z.string().meta({ description: "ISO 3166-1, two letters." }),
  gln: z.string().nullable().meta({ description: "Global Location Number (GS1)." }),
  is_default: z.boolean().meta({ description: "The one that goods are sent to unless another is named; each customer with addresses has one." }),
  changed_at: wire.dateTime().nullable(),
});

const written = {
  name: z.string().min(1).max(35),
  street: z.string().min(1).max(35),
  postal_code: z.string().min(1).max(10),
  city: z.string().min(1).max(30),
  country: z.string().regex(/^[A-Z]{2}$/, "Two capital letters."),
  gln: z
    .string()
    .regex(/^\d{13}$/, "13 digits.")
    .meta({ examples: ["4001933519692"] })
    .nullable(),
  is_default: z.boolean(),
};

export const AddAddress = z.object({
  customer_id: wire.id().meta({ description: "Whose address it is to be: one of your own accounts." }),
  ...written,
  gln: written.gln.optional(),
  is_default: written.is_default
    .optional()
    .meta({ description: "true: in place of the present default. A customer's first address is its default in any case." }),
});

export const ChangeAddress = z
  .object(written)
  .partial()
  .extend({
    is_default: written.is_default
      .optional()
      .meta({ description: "true: in place of the present default. A default is moved, never taken away: false is refused for it." }),
  });
