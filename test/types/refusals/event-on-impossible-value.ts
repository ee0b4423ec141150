// refused: "sent"
import { defineContract, z } from "sluice";
import { base, id } from "../erp.ts";

defineContract({
  ...base,
  name: "orders",
  model: z.object({ id, status: z.enum(["open", "shipped"]) }),
  reads: {},
  events: (on) => ({ "order.sent": on.changed("status", { to: "sent" }) }), // here
});
