// refused: shipped_on: the column can be NULL, but the contract's field is not nullable
import { date, defineContract, wire, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, shipped_on: wire.date() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    shipped_on: date("SHIPDT"), // here
  },
});
