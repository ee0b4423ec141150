// refused: Type 'InsertCommand<never>' is not assignable
import { defineContract, insert, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string() }),
  reads: { get: { scope } },
  commands: { amend: { scope: "orders:write", input: z.object({ reference: z.string() }), on: "one", as: "update" } },
  owner: { reference: "partner" },
});

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  commands: {
    amend: insert(), // here
  },
  fields: {
    reference: text("SHNAM"),
  },
});
