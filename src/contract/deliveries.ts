/** Deliveries as partners see them, and what they may say of them: the one description, for validation and documents. */

import { z } from "zod";
import { wire } from "./wire.ts";

export const deliveryStates = ["pending", "held", "delivered", "dead", "skipped"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

const time = wire.dateTime();

export const deliveryShown = z.object({
  event: wire.id().meta({ description: "Id of the event: the `webhook-id` of every attempt." }),
  seq: z.int().meta({ description: "The event's number in your log." }),
  type: z.string().nullable().meta({ description: "Null where the event itself is no longer kept." }),
  state: z.enum(deliveryStates).meta({
    description:
      "`pending`: it is sent, again if it failed. `held`: its endpoint is not active; it is sent when that is resumed. `dead`: given up after the last attempt; later events of the same thing wait until it is sent again or skipped. `skipped`: passed over on somebody's wish.",
  }),
  parked: z.boolean().meta({ description: "It waits for an earlier event of the same thing, which has not been delivered." }),
  attempts: z.int(),
  created_at: time.meta({ description: "When the event was recorded." }),
  next_attempt_at: time.nullable().meta({ description: "Not before then; null where none is due as it stands." }),
  ended_at: time.nullable(),
});

export type DeliveryShown = z.output<typeof deliveryShown>;

export const attemptShown = z.object({
  attempt: z.int().meta({ description: "Counted from 1." }),
  at: time,
  ms: z.number().meta({ description: "Milliseconds that it took." }),
  outcome: z.enum(["delivered", "status", "address", "connect", "tls", "reset", "timeout", "invalid-answer", "no-body"]).meta({
    description: "`delivered`: answered with 2xx. `status`: answered with another one. Else why there was no answer.",
  }),
  status: z.int().nullable(),
  detail: z.string().nullable().meta({ description: "Why there was no answer, in a sentence." }),
  answer: z.string().nullable().meta({ description: "The first 64 KB of the answer's body, as text." }),
  truncated: z.boolean().meta({ description: "Whether there was more." }),
});

export const deliveryWithAttempts = deliveryShown.extend({ tried: z.array(attemptShown).meta({ description: "Every attempt, the first one first." }) });

const states = z.array(z.enum(deliveryStates)).min(1).max(deliveryStates.length);
const types = z.array(z.string().max(100)).min(1).max(100);
const since = wire.dateTime().meta({ description: "Events recorded from then on." });
const until = wire.dateTime().meta({ description: "Events recorded before then." });

/** Which deliveries are sent again: all of it holds. */
export const deliveriesToResend = z.object({
  states: states.default(["dead"]).meta({ description: "In which states; dead ones without it. Of those delivered already, each is sent once more." }),
  types: types.optional().meta({ description: "Of which types of events; of all without it." }),
  since: since.optional(),
  until: until.optional(),
});

export const deliveriesResent = z.object({
  resent: z.int().meta({ description: "So many are sent again." }),
  not_kept: z.int().meta({ description: "So many match and cannot be: what was sent is no longer kept." }),
});
