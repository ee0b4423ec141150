// refused: 'statuss' does not exist
import { code, defineContract, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, status: z.string() }), reads: { list: { scope, filter: ["status"] } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  unindexed: { statuss: "few orders are open" }, // here
  fields: { status: code("ORDST", { "10": "open", "50": "shipped", "90": "cancelled" }) },
});
