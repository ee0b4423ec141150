import { decimal, group, ref, sharedWithEveryPartner, text } from "sluice";
import { weberp } from "../../erp/source.ts";
import { stock } from "./contract.ts";

/** Where stock on hand lives. Labour has rows here as well. */
export const stockInErp = weberp.bind(stock, {
  table: "locstock",
  joins: {
    place: { table: "locations", on: { loccode: "loccode" } },
    product: { table: "stockmaster", on: { stockid: "stockid" } },
    category: { table: "stockcategory", on: { categoryid: "product.categoryid" } },
  },
  key: ["stockid", "loccode"],
  account: sharedWithEveryPartner("customers plan by what is on hand; reorder levels are not bound"),
  where: { "category.stocktype": { not: "L" } },
  fields: {
    product_id: ref("products", "stockid"),
    location: group({ code: text("loccode"), name: text("place.locationname") }),
    on_hand: decimal("quantity", { places: 4 }),
  },
});
