// refused: '"OELINE"' is not assignable
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
      await it.insert("OELINE", { ORDNO: order.reference }); // here
      return "1";
    },
  },
  fields: {
    reference: text("SHNAM"),
  },
});
