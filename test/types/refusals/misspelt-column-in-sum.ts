// refused: total: OEHDR has no column FREIGHT
import { decimal, defineContract, sum, wire, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, total: wire.decimal() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    total: decimal(sum("integer", "ORDTOT", "-FREIGHT"), { scale: 2 }), // here
  },
});
