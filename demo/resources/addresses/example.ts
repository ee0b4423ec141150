/** One address of the test environment, as the documents show it, and what is sent to add and change one. */

import type { z } from "sluice";
import type { AddAddress, Address, ChangeAddress } from "./schema.ts";

export const example: z.output<typeof Address> = {
  id: "C0000001~1",
  customer_id: "C0000001",
  number: 1,
  name: "Lager Göttingen 1",
  street: "Industriestraße 65",
  postal_code: "37073",
  city: "Göttingen",
  country: "DE",
  gln: "4001933519692",
  is_default: true,
  changed_at: "2020-11-22T13:34:02Z",
};

export const addExample: z.input<typeof AddAddress> = {
  customer_id: "C0000001",
  name: "Baustelle Hafen",
  street: "Am Sandtorkai 4",
  postal_code: "20457",
  city: "Hamburg",
  country: "DE",
};

export const changeExample: z.input<typeof ChangeAddress> = { street: "Am Sandtorkai 40", gln: "4001933519708" };
