// refused: 'cancel' does not exist
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
    place: async () => "1",
    cancel: async () => undefined, // here
  },
  fields: {
    reference: text("SHNAM"),
  },
});
