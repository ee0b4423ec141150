// refused: '"credit-limit"' is not assignable
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string() }),
  reads: { get: { scope } },
  commands: { place: { scope: "orders:write", input: z.object({ reference: z.string() }) } },
  owner: { reference: "partner" },
  refusals: { "credit-limit-exceeded": "The order exceeds the credit limit.", "unknown-item": "There is no such item." },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  commands: { place: async () => "1" },
  refusals: [
    { code: "unknown-item", status: 7 },
    { code: "credit-limit", sqlstate: "ME005" }, // here
  ],
  fields: {
    reference: text("SHNAM"),
  },
});
