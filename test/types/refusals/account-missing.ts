// refused: account
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, reference: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  // here
  table: "OEHDR",
  key: "ORDNO",
  fields: {
    reference: text("SHNAM"),
  },
});
