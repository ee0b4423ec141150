// refused: id
import { defineContract, z } from "sluice";
import { base } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ reference: z.string() }), // here
  reads: {},
});
