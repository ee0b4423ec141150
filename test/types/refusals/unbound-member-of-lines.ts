// refused: lines.quantity is not bound
import { defineContract, lines, text, z } from "sluice";
import { base, erp, id, Line, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, lines: z.array(Line) }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    lines: lines("OELIN", { ORDNO: "ORDNO" }, { sku: text("ITMNO") }, { sort: ["LINNO"] }), // here
  },
});
