import { defineContract } from "sluice";
import { example } from "./example.ts";
import { Shipment } from "./schema.ts";

/** What partners see of shipments. */
export const shipments = defineContract({
  name: "shipments",
  singular: "shipment",
  team: "warehouse",
  summary: "What left, or is about to leave, the warehouse for the partner's orders.",
  model: Shipment,
  reads: {
    list: {
      scope: "shipments:read",
      filter: ["status", "order_id", "tracking_number", "planned_on", "shipped_at"],
      sort: ["id", "planned_on", "shipped_at"],
      expand: ["lines"],
    },
    get: { scope: "shipments:read" },
  },
  events: (on) => ({ "shipment.planned": on.created(), "shipment.shipped": on.changed("status", { to: "shipped" }) }),
  example,
});
