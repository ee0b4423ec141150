import { date, dateTime, decimal, group, ref, sharedWithEveryPartner, sum, text } from "sluice";
import { company, meridian, zone } from "../../erp/source.ts";
import { stock } from "./contract.ts";

/** Where stock lives: balances per item and warehouse. Stock in quarantine cannot be sold and is not shown. */
export const stockInErp = meridian.bind(stock, {
  table: "STKBAL",
  joins: { warehouse: { table: "WHSMAS", on: { COMPNY: "COMPNY", WHSNO: "WHSNO" } } },
  key: ["ITMNO", "WHSNO"],
  account: sharedWithEveryPartner("Availability is the same for all customers."),
  where: { COMPNY: company, "warehouse.WHSTY": { not: "Q" } },
  fields: {
    product_id: ref("products", "ITMNO"),
    warehouse: group({ code: text("WHSNO"), name: text("warehouse.WHSNAM"), city: text("warehouse.CITY") }),
    on_hand: decimal("QTYOH", { scale: 3 }),
    allocated: decimal("QTYAL", { scale: 3 }),
    available: decimal(sum("integer", "QTYOH", "-QTYAL"), { scale: 3 }),
    on_order: decimal("QTYOO", { scale: 3 }),
    counted_on: date("CNTDT", { nullWhen: [0] }),
    changed_at: dateTime("CHGDT", "CHGTM", { zone }),
  },
});
