/** A depot of parcels as a project folder: each committed change of a parcel leaves a count in it, by which a checker knows them all. */
import { defineContract, defineGateway, defineSource, integer, lines, ref, sharedWithEveryPartner, text, wire, z } from "sluice";

/** Row types of the depot. */
interface Depot {
  parcel: { parno: string; cusno: string; moves: number; place: string };
  parcel_item: { parno: string; itemno: number; qty: number };
  customer: { cusno: string; name: string };
}

const Parcel = z.object({
  id: wire.id(),
  customer_id: wire.id(),
  moves: z.int(),
  place: z.string(),
  items: z.array(z.object({ item_no: z.int(), quantity: z.int() })),
});

const parcels = defineContract({
  name: "parcels",
  singular: "parcel",
  team: "depot",
  summary: "Parcels.",
  model: Parcel,
  reads: { list: { scope: "parcels:read", filter: [], sort: ["id"], expand: ["items"] }, get: { scope: "parcels:read" } },
  events: (on) => ({
    "parcel.registered": on.created(),
    "parcel.moved": on.changed("moves"),
    "parcel.repacked": on.changed("items"),
    "parcel.removed": on.deleted(),
  }),
});

const customers = defineContract({
  name: "customers",
  singular: "customer",
  team: "depot",
  summary: "Customers.",
  model: z.object({ id: wire.id(), name: z.string() }),
  reads: { get: { scope: "customers:read" } },
});

const depot = defineSource<Depot>({ name: "depot", dialect: "postgres", footprint: "full" });

export default defineGateway({
  title: "Depot",
  summary: "A depot.",
  version: "2026-11-01",
  resources: [
    depot.bind(parcels, {
      table: "parcel",
      key: "parno",
      account: "cusno",
      fields: {
        customer_id: ref("customers", "cusno"),
        moves: integer("moves"),
        place: text("place"),
        items: lines("parcel_item", { parno: "parno" }, { item_no: integer("itemno"), quantity: integer("qty") }, { sort: ["itemno"] }),
      },
    }),
    depot.bind(customers, { table: "customer", key: "cusno", account: sharedWithEveryPartner("names of those who send"), fields: { name: text("name") } }),
  ],
});
