// refused: "placed_at"
import { defineContract, z } from "sluice";
import { base, id } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string(), placed_on: z.iso.date() }),
  reads: { list: { scope: "orders:read", sort: ["placed_at"] } }, // here
});
