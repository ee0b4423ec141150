// refused: status: the ERP code 90 has no public value
import { code, defineContract, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, status: z.enum(["open", "shipped"]) }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    status: code("ORDST", { "10": "open", "50": "shipped" }), // here
  },
});
