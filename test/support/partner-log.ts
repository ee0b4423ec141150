/** A partner's event log as it reads it: by `GET /v1/events`, page after page. */
import { expect } from "vitest";
import { z } from "zod";

const logged = z.looseObject({
  id: z.string(),
  type: z.string(),
  seq: z.int(),
  occurred_at: z.string(),
  resource: z.string(),
  resource_id: z.string(),
  entity_seq: z.int(),
  origin: z.string(),
  data: z.record(z.string(), z.unknown()).nullable(),
  previous: z.record(z.string(), z.unknown()).nullable(),
});
const page = z.looseObject({ data: z.array(logged), next_after: z.int(), latest_seq: z.int() });

export type LoggedEvent = z.infer<typeof logged>;

/** All that follows `after`. `gateway` without a slash at the end. */
export async function partnerLog(gateway: string, key: string, after = 0): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  for (let from = after; ; ) {
    const response = await fetch(`${gateway}/v1/events?after=${from}&limit=500`, { headers: { Authorization: `Bearer ${key}` } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`GET /v1/events answered ${response.status}: ${text}`);
    const { data, next_after, latest_seq } = page.parse(JSON.parse(text));
    events.push(...data);
    if (next_after >= latest_seq) return events;
    from = next_after;
  }
}

/** Numbered from 1 on without a gap, each once, and those of a thing in their order. Of a reader who may be shown all. */
export function expectWhole(events: readonly LoggedEvent[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  const last = new Map<string, number>();
  for (const { resource, resource_id, entity_seq, id } of events) {
    const thing = `${resource} ${resource_id}`;
    expect(entity_seq, `${id} of ${thing}`).toBeGreaterThan(last.get(thing) ?? 0);
    last.set(thing, entity_seq);
  }
}
