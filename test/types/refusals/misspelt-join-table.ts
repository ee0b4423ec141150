// refused: "TMPX"
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, title: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  joins: { item: { table: "TMPX", on: { TMPLNO: "TEMPLATE" } } }, // here
  fields: {
    title: text("SHNAM"),
  },
});
