// refused: a change names the unknown field placed_at
import { defineChange, defineContract, renamed, z } from "sluice";
import { base, id } from "../erp.ts";

const placedOnWasRenamed = defineChange({ version: "2026-05-01", title: "t", why: "w", migrate: "m", operations: [renamed("ordered_on", "placed_at")] });

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, reference: z.string(), placed_on: z.iso.date() }),
  reads: {},
  changes: [placedOnWasRenamed], // here
});
