// refused: 'margin'
import { defineContract, z } from "sluice";
import { base, id } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string(), placed_on: z.iso.date() }),
  reads: {},
  hide: { margin: "orders.margin:read" }, // here
});
