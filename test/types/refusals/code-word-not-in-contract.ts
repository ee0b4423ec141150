// refused: status: the conversion yields
import { code, defineContract, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, status: z.enum(["open", "shipped"]) }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    status: code("ORDST", { "10": "open", "50": "shipped", "90": "cancelled" }), // here
  },
});
