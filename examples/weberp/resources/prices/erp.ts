import { date, money, ref, sharedOrOwn, text } from "sluice";
import { noDate, weberp } from "../../erp/source.ts";
import { prices } from "./contract.ts";

/** Where prices live: a blank customer means everyone, and all but the price is the key. */
export const pricesInErp = weberp.bind(prices, {
  table: "prices",
  key: ["stockid", "typeabbrev", "currabrev", "debtorno", "branchcode", "startdate", "enddate"],
  account: sharedOrOwn("debtorno", [""]),
  fields: {
    product_id: ref("products", "stockid"),
    price_list: text("typeabbrev"),
    customer_id: ref("customers", "debtorno", { nullWhen: [""] }),
    branch: text("branchcode", { nullWhen: [""] }),
    price: money("price", "currabrev", { places: 4 }),
    valid_from: date("startdate", noDate),
    valid_to: date("enddate", { as: "native", nullWhen: ["0000-00-00", "9999-12-31"] }),
  },
});
