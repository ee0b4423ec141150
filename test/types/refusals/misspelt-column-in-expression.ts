// refused: status: OEHDR has no column ORDSX
import { defineContract, expression, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, status: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    status: text(expression(["ORDSX"], "text", (c) => c.ORDSX)), // here
  },
});
