// refused: "reference"
import { defineContract, z } from "sluice";
import { base, id, Line } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string(), lines: z.array(Line) }),
  reads: { list: { scope: "orders:read", expand: ["reference"] } }, // here
});
