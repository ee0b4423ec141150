// refused: quantity: there is no table OELIX
import { decimal, defineContract, fromRows, sql, wire, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, quantity: wire.decimal().nullable() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    quantity: decimal(fromRows("OELIX", { ORDNO: "ORDNO" }, ["QTYOR"], "integer", (c) => sql`SUM(${c.QTYOR})`)), // here
  },
});
