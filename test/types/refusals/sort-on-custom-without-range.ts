// refused: number is promised as a sort
import { custom, defineContract, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, number: z.string() }), reads: { list: { scope, sort: ["number"] } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    number: custom({ columns: ["ORDNO"], read: ({ ORDNO }) => `N${String(ORDNO)}`, inverse: { equal: (value) => [[value.slice(1)]] } }), // here
  },
});
