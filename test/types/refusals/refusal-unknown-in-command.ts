// refused: '"too-late"' is not assignable to parameter of type '"too-early"'
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string() }),
  reads: { get: { scope } },
  commands: { cancel: { scope: "orders:write", on: "one" } },
  refusals: { "too-early": "The order has not been released yet." },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  commands: {
    cancel: async (it) => it.refuse("too-late"), // here
  },
  fields: {
    reference: text("SHNAM"),
  },
});
