// refused: "OEIMPX"
import { defineContract, stage, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string() }),
  reads: { get: { scope } },
  commands: { place: { scope: "orders:write", input: z.object({ reference: z.string() }), answers: "operation" } },
  owner: { reference: "partner" },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  commands: {
    place: stage({
      // here
      table: "OEIMPX",
      key: "ORDNO",
      row: () => ({ SHNAM: "" }),
      watch: ["ORDST"],
      state: () => ({ kind: "waiting" }),
      timeoutMinutes: 60,
    }),
  },
  fields: {
    reference: text("SHNAM"),
  },
});
