import { bit, bits, code, date, dateTime, decimal, flag, group, integer, lines, lookup, money, sharedWithEveryPartner, text } from "sluice";
import { company, meridian, zone } from "../../erp/source.ts";
import { products } from "./contract.ts";

const byItem = { COMPNY: "COMPNY", ITMNO: "ITMNO" } as const;
const textIn = (language: string, kind: string) => text(lookup("ITMTXT", byItem, "ITXT", { where: { LANGCD: language, TXTTY: kind } }));

/** Where products live: the item master, and the extension the web shop added to it one to one. */
export const productsInErp = meridian.bind(products, {
  table: "ITMMAS",
  joins: { web: { table: "ITMEXT", on: byItem, optional: true } },
  key: "ITMNO",
  account: sharedWithEveryPartner("The catalogue is public; prices of one's own are in `prices`."),
  where: { COMPNY: company, DELFLG: { not: "D" } },
  fields: {
    name: text("ITMDS"),
    name_en: textIn("E", "S"),
    description: textIn("E", "L"),
    web_name: text("web.WEBNAM", { nullWhen: [""] }),
    group: group({ code: text("ITMGRP"), name: text(lookup("ITMGRP", { COMPNY: "COMPNY", ITMGRP: "ITMGRP" }, "GRPTXT")) }),
    type: code("ITMTY", { S: "stocked", N: "not_stocked", V: "service" }),
    unit: text("UOMCD"),
    ean: text("EANNO", { nullWhen: [""] }),
    attributes: bits("ATRBIT", { 1: "hazardous", 2: "flammable", 4: "batch_managed", 8: "bulky", 16: "chilled" }),
    hazardous: flag(bit("ATRBIT", 1)),
    color: text(lookup("XTRFLD", { COMPNY: "COMPNY", KEYVAL: "ITMNO" }, "FLDVAL", { where: { TABNAM: "ITMMAS", FLDNAM: "COLOR" } })),
    weight_kg: decimal("WGTGR", { scale: 3 }),
    dimensions_mm: group({ length: integer("web.LENMM"), width: integer("web.WIDMM"), height: integer("web.HGTMM") }),
    rating: decimal("web.RTGAVG"),
    list_price: money("LSTPR", { currency: "EUR" }, { scale: 2 }),
    purchase_price: money("CSTPR", { currency: "EUR" }, { scale: 2 }),
    sold_online: flag("WEBFLG"),
    published_on: date("web.PUBDT", { as: "native" }),
    discontinued_on: date("DSCDT", { nullWhen: [0] }),
    changed_at: dateTime("CHGDT", "CHGTM", { zone, nullWhen: [0] }),
    units: lines("ITMUOM", byItem, { unit: text("UOMCD"), factor: decimal("UOMFC", { scale: 3 }), for_sale: flag("SLSFLG") }, { sort: ["UOMCD"] }),
  },
});
