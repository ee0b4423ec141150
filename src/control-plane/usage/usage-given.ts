/** The parts of inputs that say whose usage is meant, and of which days. */
import { z } from "zod";
import type { ControlPlane } from "../control-plane.ts";
import { partnerGiven } from "../partners/partner-json.ts";
import type { Outcome } from "../verb.ts";
import type { UsageFilter } from "./usage-records.ts";

export const usageGiven = z.object({
  partner: partnerGiven.optional(),
  environment: z.enum(["live", "test"]).optional(),
  key: z.string().min(1).max(200).optional().meta({ description: "Public part of a key, or the id of an OAuth client." }),
  operation: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "Id of an operation.", examples: ["listOrders"] }),
  from: z.iso.date().optional().meta({ description: "First day, in UTC; 30 days before the last one without it." }),
  to: z.iso.date().optional().meta({ description: "Last day, in UTC; today without it." }),
});

/** In answers. */
export const partnerShown = z.object({ id: z.string(), name: z.string().nullable().meta({ description: "Null where there is no such partner any more." }) });

const dayMs = 86_400_000;

/** The filter that an input means. `now` in milliseconds since 1970. */
export async function filterOf(plane: ControlPlane, given: z.output<typeof usageGiven>, now: number): Promise<Outcome<UsageFilter>> {
  const to = given.to ?? dayOf(now);
  const from = given.from ?? dayOf(Date.parse(to) - 30 * dayMs);
  if (from > to) return { kind: "refused", reasons: [`${from} comes after ${to}.`] };
  const partner = given.partner === undefined ? undefined : await plane.records.partners.find(given.partner);
  if (given.partner !== undefined && !partner) return { kind: "absent", what: `There is no partner "${given.partner}".` };
  return { kind: "done", value: { from, to, partner: partner?.id, environment: given.environment, key: given.key, operation: given.operation } };
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
