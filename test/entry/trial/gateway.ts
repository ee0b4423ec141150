/** A project as small as can be, to try starting and stopping with. */
import { defineContract, defineGateway, defineSource, integer, sharedWithEveryPartner, wire, z } from "sluice";

const trial = defineSource<{ thing: { id: string; weight: number } }>({ name: "erp", dialect: "postgres" });

const things = defineContract({
  name: "things",
  singular: "thing",
  team: "trial",
  summary: "Things of no consequence.",
  model: z.object({ id: wire.id(), weight: z.int() }),
  reads: { list: { scope: "things:read" }, get: { scope: "things:read" } },
});

const thingsInErp = trial.bind(things, {
  table: "thing",
  key: "id",
  account: sharedWithEveryPartner("they are of no consequence"),
  fields: { weight: integer("weight") },
});

export default defineGateway({ title: "Trial", summary: "A trial.", version: "2026-01-01", resources: [thingsInErp] });
