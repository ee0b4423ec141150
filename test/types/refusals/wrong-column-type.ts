// refused: ordered_on: the conversion cannot read the column RUSH
import { date, defineContract, wire, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, ordered_on: wire.date() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    ordered_on: date("RUSH"), // here
  },
});
