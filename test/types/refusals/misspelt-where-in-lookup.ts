// refused: note: TEXTS has no column LANX
import { defineContract, lookup, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, note: z.string().nullable() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    note: text(lookup("TEXTS", { ORDNO: "ORDNO" }, "TXT", { where: { LANX: "E" } })), // here
  },
});
