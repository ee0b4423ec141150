// refused: placed_at: OEHDR has no column ORDDX
import { date, defineContract, wire, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, placed_at: wire.date() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    placed_at: date("ORDDX"), // here
  },
});
