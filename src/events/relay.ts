/** One bounded round of the relay: what a source has captured becomes events in the log, and is then forgotten at the source. */

import type { Captured, Item } from "#contract/captured.ts";
import type { EventRule } from "#contract/event.ts";
import { eventsOf } from "#contract/events-of.ts";
import { randomBase62 } from "#lib/base62.ts";
import type { CaptureSource } from "./capture-source.ts";
import type { Concerned, EventLogRecords, EventPlace, EventRecorder, FanOut, NewEvent } from "./event-log-records.ts";

export interface RelayParts {
  /** Event rules of a resource, by type. */
  rulesOf(resource: string): Readonly<Record<string, EventRule>>;
  readonly records: EventLogRecords;
  readonly fanOut: FanOut;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export type Relayed =
  /** Another process relays this source. */
  | { readonly kind: "taken" }
  | {
      readonly kind: "done";
      readonly captured: number;
      /** Events that were not in the log before. */
      readonly recorded: number;
      readonly deliveries: number;
      /** Whether there is more to be had at once. */
      readonly more: boolean;
    };

/** Things of one batch. */
const batchSize = 500;

/**
 * Interrupted anywhere, it repeats and loses nothing: what is captured is forgotten only when it is recorded, and what is
 * captured twice is recorded once, by its key. Rejects while the source or the store cannot answer.
 */
export async function relayRound(parts: RelayParts, source: CaptureSource, limit = batchSize): Promise<Relayed> {
  return (await parts.records.exclusively(rightTo(source), (recorder) => relay(parts, recorder, source, limit))) ?? { kind: "taken" };
}

export interface RelayTurn {
  /** Told of each round; the next one begins when this resolves. */
  next(relayed: Relayed & { readonly kind: "done" }): Promise<"again" | "end">;
}

/**
 * The same again and again under one right, so that of many processes one asks the source, and the others only whether the
 * right is free. `taken` where it is not.
 */
export async function relayTurn(parts: RelayParts, source: CaptureSource, { next }: RelayTurn): Promise<"taken" | "ended"> {
  const ended = await parts.records.exclusively(rightTo(source), async (recorder) => {
    for (;;) {
      const relayed = await relay(parts, recorder, source, batchSize);
      if ((await next(relayed)) === "end") return "ended" as const;
    }
  });
  return ended ?? "taken";
}

function rightTo({ environment, name }: CaptureSource): string {
  return `${environment} ${name}`;
}

async function relay(parts: RelayParts, recorder: EventRecorder, source: CaptureSource, limit: number): Promise<Relayed & { readonly kind: "done" }> {
  const batch = await source.next(limit);
  const events = batch.captured.flatMap((captured) => newEvents(parts.rulesOf(captured.resource), captured));
  const counts = await recordAll(parts, recorder, { source: source.source, environment: source.environment }, events);
  if (batch.captured.length > 0) await batch.recorded();
  return { kind: "done", captured: batch.captured.length, ...counts, more: batch.more };
}

async function recordAll(
  { fanOut, now }: RelayParts,
  recorder: EventRecorder,
  place: EventPlace,
  events: readonly NewEvent[],
): Promise<{ readonly recorded: number; readonly deliveries: number }> {
  let [recorded, deliveries] = [0, 0];
  for (let rest = events; rest.length > 0; ) {
    const done = await recorder.record(place, rest, fanOut, now());
    recorded += done.recorded;
    deliveries += done.deliveries;
    rest = rest.slice(done.taken);
  }
  return { recorded, deliveries };
}

/** `evt_` and 22 digits and letters. */
export function newEventId(): string {
  return `evt_${randomBase62(22)}`;
}

function newEvents(rules: Readonly<Record<string, EventRule>>, captured: Captured): readonly NewEvent[] {
  const concerns: Concerned = captured.accounts === "everyone" ? { kind: "everyone" } : { kind: "accounts", accounts: captured.accounts };
  const previous = previousOf(captured);
  return eventsOf(rules, captured).map((type) => ({
    id: newEventId(),
    changeKey: captured.key,
    type,
    resource: captured.resource,
    resourceId: captured.id,
    origin: captured.origin,
    occurredAt: captured.at,
    data: captured.after ?? null,
    previous,
    concerns,
  }));
}

/** The fields that differ, as they were. */
function previousOf({ operation, before, changed }: Captured): Item | null {
  if (operation !== "changed" || before === undefined) return null;
  const fields = new Set([...changed].map((path) => path.split(".")[0] ?? path));
  return Object.fromEntries(Object.entries(before).filter(([field]) => fields.has(field)));
}
