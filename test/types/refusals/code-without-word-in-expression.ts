// refused: status: the ERP code H has no public value
import { code, defineContract, expression, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, status: z.enum(["open", "shipped"]) }), reads: { get: { scope } } });

const held = expression(["ORDST"], ["H", "10"], (c) => c.ORDST);

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    status: code(held, { "10": "open" }), // here
  },
});
