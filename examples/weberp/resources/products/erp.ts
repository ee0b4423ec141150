import { code, decimal, flag, group, integer, sharedWithEveryPartner, text } from "sluice";
import { htmlText } from "../../erp/conversions.ts";
import { weberp } from "../../erp/source.ts";
import { products } from "./contract.ts";

/** Where products live. Labour is kept as stock, too, and nobody orders it. */
export const productsInErp = weberp.bind(products, {
  table: "stockmaster",
  joins: { category: { table: "stockcategory", on: { categoryid: "categoryid" } } },
  key: "stockid",
  account: sharedWithEveryPartner("the catalogue is the same for all customers; costs are not bound"),
  where: { "category.stocktype": { not: "L" } },
  fields: {
    name: htmlText("description"),
    description: htmlText("longdescription"),
    category: group({ code: text("categoryid"), name: text("category.categorydescription") }),
    kind: code("mbflag", { B: "purchased", M: "manufactured", A: "assembly", K: "kit", G: "phantom", D: "service" }),
    unit: text("units"),
    quantity_places: integer("decimalplaces"),
    barcode: text("barcode", { nullWhen: [""] }),
    gross_weight_kg: decimal("kgs"),
    net_weight_kg: decimal("netweight"),
    volume_m3: decimal("volume"),
    lot_controlled: flag("controlled"),
    serialised: flag("serialised"),
    discontinued: flag("discontinued"),
  },
});
