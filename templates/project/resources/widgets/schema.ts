/** Widgets as partners see them. */

import { wire, z } from "sluice";

export const Widget = z.object({
  id: wire.id(),
  name: z.string().meta({ description: "What it says on the box.", examples: ["Left-handed widget"] }),
  made_on: wire.date().nullable(),
  status: z.enum(["active", "discontinued"]),
});
