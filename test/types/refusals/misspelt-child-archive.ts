// refused: lines: there is no table OELIX
import { decimal, defineContract, lines, text, z } from "sluice";
import { base, erp, id, Line, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, lines: z.array(Line) }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    lines: lines("OELIN", { ORDNO: "ORDNO" }, { sku: text("ITMNO"), quantity: decimal("QTYOR", { scale: 3 }) }, { sort: ["LINNO"], alsoIn: ["OELIX"] }), // here
  },
});
