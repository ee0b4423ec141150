// refused: length is promised as a filter, but its conversion cannot be turned back into columns
import { computed, defineContract, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, length: z.int() }), reads: { list: { scope, filter: ["length"] } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    length: computed(["SHNAM"], ({ SHNAM }) => String(SHNAM).length), // here
  },
});
