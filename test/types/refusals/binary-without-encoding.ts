// refused: picture: the conversion cannot read the column PICTURE
import { defineContract, text, z } from "sluice";
import { base, erp, id, scope } from "../erp.ts";

const orders = defineContract({ ...base, name: "orders", model: z.object({ id, picture: z.string() }), reads: { get: { scope } } });

erp.bind(orders, {
  table: "OEHDR",
  key: "ORDNO",
  account: "CUSNO",
  fields: {
    picture: text("PICTURE"), // here
  },
});
