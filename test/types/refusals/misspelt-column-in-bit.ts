// refused: rush: OEHDR has no column FLAGS
import { bit, defineContract, flag, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, rush: z.boolean() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    rush: flag(bit("FLAGS", 4)), // here
  },
});
