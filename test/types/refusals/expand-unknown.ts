// refused: "rows"
import { defineContract, z } from "sluice";
import { base, id, Line } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, lines: z.array(Line) }),
  reads: { list: { scope: "orders:read", expand: ["rows"] } }, // here
});
