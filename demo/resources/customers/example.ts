/** One customer of the test environment, as the documents show it. */

import type { z } from "sluice";
import type { ChangeCustomer, Customer } from "./schema.ts";

export const example: z.output<typeof Customer> = {
  id: "C0000001",
  name: "Hübner Holzhandel KG",
  name_2: "Abt. Außenlager",
  address: {
    street: "Bahnhofstraße 98",
    postal_code: "20457",
    city: "Hamburg",
    country: "DE",
  },
  language: "de",
  vat_id: "DE654386592",
  group: {
    code: "VERB",
    name: "Einkaufsverbund",
  },
  bill_to_id: null,
  currency: "EUR",
  payment_terms: "N14",
  discount_percent: "5.00",
  credit_limit: null,
  email: null,
  phone: "+49 40 280204",
  blocked: false,
  since: "2018-10-16",
  changed_at: "2020-11-22T13:34:02Z",
  addresses: [
    {
      number: 1,
      name: "Lager Göttingen 1",
      street: "Industriestraße 65",
      postal_code: "37073",
      city: "Göttingen",
      country: "DE",
      gln: "4001933519692",
      is_default: true,
    },
    {
      number: 2,
      name: "Lager Köln 2",
      street: "Zum Wäldchen 14",
      postal_code: "50667",
      city: "Köln",
      country: "DE",
      gln: null,
      is_default: false,
    },
  ],
  contacts: [
    {
      number: 1,
      first_name: "Emil",
      last_name: "Kaiser",
      role: "accounts",
      email: "kontakt1@kunde1.example",
      phone: "+49 40 280204",
    },
  ],
};

export const changeExample: z.input<typeof ChangeCustomer> = { email: "einkauf@huebner.example", phone: "+49 40 280205", effective_at: "2026-11-20T08:00:00Z" };
