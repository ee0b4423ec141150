// refused: ship_to.length is promised as a filter
import { computed, defineContract, group, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, ship_to: z.object({ length: z.int() }) }),
  reads: { list: { scope, filter: ["ship_to.length"] } },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    ship_to: group({ length: computed(["SHNAM"], ({ SHNAM }) => String(SHNAM).length) }), // here
  },
});
