// refused: total is not bound
import { defineContract, text, wire, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, reference: z.string(), total: wire.decimal() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    // here
    reference: text("SHNAM"),
  },
});
