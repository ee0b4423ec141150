// refused: boolean
import { defineContract, expression, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, reference: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  only: [expression(["SHNAM"], "text", (c) => c.SHNAM)], // here
  fields: {
    reference: text("SHNAM"),
  },
});
