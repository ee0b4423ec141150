// refused: "ship_to.town"
import { defineContract, z } from "sluice";
import { base, id } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, ship_to: z.object({ city: z.string() }) }),
  reads: { list: { scope: "orders:read", filter: ["ship_to.town"] } }, // here
});
