// refused: Type 'StageCommand<
import { defineContract, stage, text, z } from "sluice";
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
    place: stage({ table: "OEIMP", key: "NO", row: () => ({}), watch: [], state: () => ({ kind: "waiting" }), timeoutMinutes: 5 }), // here
  },
  fields: {
    reference: text("SHNAM"),
  },
});
