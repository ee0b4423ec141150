// refused: item: OEHDR has no column TEMPLAT
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, title: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  joins: { item: { table: "TMPL", on: { TMPLNO: "TEMPLAT" } } }, // here
  fields: {
    title: text("item.TITLE"),
  },
});
