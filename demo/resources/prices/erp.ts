import { code, date, decimal, money, ref, sharedOrOwn } from "sluice";
import { company, meridian } from "../../erp/source.ts";
import { prices } from "./contract.ts";

/** Where prices live: one table for everyone's and each customer's own; a blank customer means everyone. */
export const pricesInErp = meridian.bind(prices, {
  table: "PRCLIN",
  joins: { header: { table: "PRCHDR", on: { COMPNY: "COMPNY", PRCLST: "PRCLST" } } },
  key: ["PRCLST", "CUSNO", "ITMNO", "VALFR", "MINQT"],
  account: sharedOrOwn("CUSNO", [""]),
  where: { COMPNY: company, DELFLG: { not: "D" }, "header.DELFLG": { not: "D" } },
  fields: {
    product_id: ref("products", "ITMNO"),
    list: code("PRCLST", { LIST: "list", NET: "own" }),
    customer_id: ref("customers", "CUSNO", { nullWhen: [""] }),
    price: money("PRICE", "header.CURCD", { scale: 2 }),
    min_quantity: decimal("MINQT", { scale: 3 }),
    valid_from: date("VALFR", { nullWhen: [0] }),
    valid_to: date("VALTO", { nullWhen: [0, 99999999] }),
  },
});
