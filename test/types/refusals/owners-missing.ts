// refused: 'owner'
import { defineContract, z } from "sluice";
import { base, id } from "../erp.ts";

defineContract({
  // here
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string(), placed_on: z.iso.date() }),
  reads: {},
  commands: { place: { scope: "orders:write", input: z.object({ reference: z.string() }) } },
});
