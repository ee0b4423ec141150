// refused: 'LINENO' does not exist
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string() }),
  reads: { get: { scope } },
  commands: { place: { scope: "orders:write", input: z.object({ reference: z.string() }) } },
  owner: { reference: "partner" },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  commands: {
    place: async (it, order) => {
      await it.insert("OELIN", { ORDNO: order.reference, LINENO: 1 }); // here
      return "1";
    },
  },
  fields: {
    reference: text("SHNAM"),
  },
});
