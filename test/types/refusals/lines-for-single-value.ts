// refused: reference: the contract's field is not a list
import { defineContract, lines, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, reference: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    reference: lines("OELIN", { ORDNO: "ORDNO" }, { sku: text("ITMNO") }, { sort: ["LINNO"] }), // here
  },
});
