/** Shows how far behind events are on each part of their way. */

import { z } from "zod";
import { defineVerb } from "../verb.ts";

const seconds = z.number().nullable();

export const eventLag = defineVerb({
  name: "event.lag",
  summary: "Show how far behind capture, relay and delivery of events are",
  role: "viewer",
  method: "GET",
  path: "/admin/event-lag",
  input: z.object({}),
  output: z.object({
    capture: z
      .array(
        z.object({
          name: z.string(),
          environment: z.enum(["live", "test"]),
          seen_seconds_ago: z.number().meta({ description: "When a relay last looked; more than some seconds: none runs." }),
          waiting: z.int().nullable().meta({ description: "Changes that wait at the source; null where nobody can know." }),
          oldest_seconds: seconds.meta({ description: "How long the oldest of them had waited then." }),
          trouble: z.string().nullable().meta({ description: "Why it could not be relayed; null: it could." }),
        }),
      )
      .meta({ description: "By capture source." }),
    relay: z.object({
      last_recorded_at: z.iso.datetime().nullable(),
      last_took_seconds: seconds.meta({ description: "From when the last event happened to when it was recorded." }),
    }),
    delivery: z.object({
      pending: z.int(),
      held: z.int().meta({ description: "For endpoints that are suspended or disabled." }),
      oldest_pending_seconds: seconds,
      dead: z.array(z.object({ endpoint: z.string(), partner: z.string(), deliveries: z.int() })).meta({ description: "By endpoint, most first." }),
    }),
  }),
  run: async ({ records }, _input, { now }) => {
    const { capture, relay, delivery } = await records.events.lag();
    const since = (at: number | undefined): number | null => (at === undefined ? null : Math.max(0, (now - at) / 1_000));
    return {
      kind: "done",
      value: {
        capture: capture.map(({ name, environment, seenAt, waiting, oldestMs, trouble }) => ({
          ...{ name, environment, seen_seconds_ago: since(seenAt) ?? 0, waiting: waiting ?? null },
          ...{ oldest_seconds: oldestMs === undefined ? null : oldestMs / 1_000, trouble: trouble ?? null },
        })),
        relay: {
          last_recorded_at: relay.lastRecordedAt === undefined ? null : new Date(relay.lastRecordedAt).toISOString(),
          last_took_seconds: relay.lastTookMs === undefined ? null : relay.lastTookMs / 1_000,
        },
        delivery: {
          ...{ pending: delivery.pending, held: delivery.held, dead: [...delivery.dead] },
          oldest_pending_seconds: since(delivery.oldestPendingAt),
        },
      },
    };
  },
});
