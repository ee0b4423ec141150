// refused: picture is promised as a filter, but its conversion cannot be turned back into columns
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, picture: z.string() }), reads: { list: { scope, filter: ["picture"] } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    picture: text("PICTURE", { encoding: "latin1" }), // here
  },
});
