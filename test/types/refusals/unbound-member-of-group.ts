// refused: ship_to.city is not bound
import { defineContract, group, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, ship_to: z.object({ name: z.string(), city: z.string() }) }),
  reads: { get: { scope } },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    ship_to: group({ name: text("SHNAM") }), // here
  },
});
