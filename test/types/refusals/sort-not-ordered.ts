// refused: status is promised as a sort, but the order of its columns is not the order of its values
import { code, defineContract, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, status: z.enum(["open", "shipped", "cancelled"]) }),
  reads: { list: { scope, sort: ["status"] } },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    status: code("ORDST", { "10": "open", "50": "shipped", "90": "cancelled" }), // here
  },
});
