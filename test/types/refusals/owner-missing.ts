// refused: 'placed_on'
import { defineContract, z } from "sluice";
import { base, id } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string(), placed_on: z.iso.date() }),
  reads: {},
  commands: { place: { scope: "orders:write", input: z.object({ reference: z.string(), placed_on: z.iso.date() }) } },
  owner: { reference: "partner" }, // here
});
