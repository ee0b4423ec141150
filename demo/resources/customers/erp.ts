import { code, date, dateTime, decimal, flag, group, integer, lines, money, ref, text, update } from "sluice";
import { changed, company, meridian, zone } from "../../erp/source.ts";
import { customers } from "./contract.ts";

const byCustomer = { COMPNY: "COMPNY", CUSNO: "CUSNO" } as const;

/** Where customers live: the customer master, with ship-to addresses and contacts as child rows. */
export const customersInErp = meridian.bind(customers, {
  table: "CUSMAS",
  joins: { group: { table: "CUSGRP", on: { COMPNY: "COMPNY", CUSGRP: "CUSGRP" } } },
  key: "CUSNO",
  account: "CUSNO",
  where: { COMPNY: company, DELFLG: { not: "D" } },
  fields: {
    name: text("CUSNM1", { nullWhen: [""] }),
    name_2: text("CUSNM2", { nullWhen: [""] }),
    address: group({ street: text("STREET"), postal_code: text("ZIPCD"), city: text("CITY"), country: text("CRYCD") }),
    language: code("LANGCD", { D: "de", E: "en", F: "fr" }),
    vat_id: text("VATID", { nullWhen: [""] }),
    group: group({ code: text("CUSGRP"), name: text("group.GRPTXT") }),
    bill_to_id: ref("customers", "BILTO", { nullWhen: [""] }),
    currency: text("CURCD"),
    payment_terms: text("PAYTRM"),
    discount_percent: decimal("DSCPC", { places: 2 }),
    credit_limit: money("CRDLIM", "CURCD", { scale: 2, nullWhen: ["0"] }),
    email: text("EMAIL", { nullWhen: [""] }),
    phone: text("PHONE", { nullWhen: [""] }),
    blocked: flag("BLKFLG"),
    since: date("CRTDT"),
    changed_at: dateTime("CHGDT", "CHGTM", { zone, nullWhen: [0] }),
    addresses: lines(
      "CUSSHP",
      byCustomer,
      {
        number: integer("SHPSQ"),
        name: text("SHNAM"),
        street: text("SHSTR"),
        postal_code: text("SHZIP"),
        city: text("SHCTY"),
        country: text("SHCRY"),
        gln: text("GLNNO", { nullWhen: [""] }),
        is_default: flag("DFTFLG"),
      },
      { where: { DELFLG: { not: "D" } }, sort: ["SHPSQ"] },
    ),
    contacts: lines(
      "CUSCON",
      byCustomer,
      {
        number: integer("CONSQ"),
        first_name: text("FSTNAM", { nullWhen: [""] }),
        last_name: text("LSTNAM"),
        role: code("FUNCCD", { EK: "purchasing", BH: "accounts", LG: "warehouse", GF: "owner" }),
        email: text("EMAIL", { nullWhen: [""] }),
        phone: text("PHONE", { nullWhen: [""] }),
      },
      { where: { DELFLG: { not: "D" } }, sort: ["CONSQ"] },
    ),
  },
  commands: { change: update({ also: changed }) },
});
