/** Answers what partners ask of the event log: finds, waits, and shows it as each of them may see it. */

import type { EventBodies } from "#contract/event-bodies.ts";
import type { EventsPage, EventsQuery, EventsReader } from "#contract/events-query.ts";
import type { EventPageRecords } from "./event-page-records.ts";
import type { Waits } from "./waits.ts";

export interface LogReader {
  /** `waiting`: called before the first wait. */
  page(reader: EventsReader, query: EventsQuery, gone: AbortSignal, waiting: () => void): Promise<EventsPage>;
  /** JSON text. `hidden`: it is there, and the reader lacks a scope to be shown it. Undefined: there is none of its partner. */
  find(
    reader: EventsReader,
    id: string,
  ): Promise<{ readonly kind: "found"; readonly text: string } | { readonly kind: "lacking"; readonly scope: string } | undefined>;
}

export interface LogReaderParts {
  readonly bodies: EventBodies;
  readonly records: EventPageRecords;
  readonly waits: Waits;
  readonly elapsedMs: () => number;
}

/** Pieces of the log that one request looks at in search of the first event it was asked for. */
const mostPieces = 10;

export function logReader({ bodies, records, waits, elapsedMs }: LogReaderParts): LogReader {
  function textOf(reader: EventsReader, event: Parameters<EventBodies["text"]>[0]): string | undefined {
    const view = bodies.view(reader, event.type);
    return view === undefined ? undefined : bodies.text(event, view);
  }

  return {
    async page(reader, query, gone, waiting) {
      const meant = shownTypes(bodies, reader, query);
      if (meant.kind !== "types") return meant;
      const { types } = meant;
      const until = elapsedMs() + query.waitSeconds * 1_000;
      let { after } = query;
      let began: number | undefined;
      for (let piece = 1; ; piece += 1) {
        const found = await records.page(reader, { ...query, types, after });
        began ??= found.after;
        if (after !== undefined && after > found.latest) return { kind: "not-yet", latest: found.latest };
        if (found.after + 1 < found.oldest) return { kind: "no-longer-kept", oldest: found.oldest };
        const events = found.events.flatMap((event) => textOf(reader, event) ?? []);
        const page: EventsPage = {
          kind: "page",
          events,
          nextAfter: found.lookedTo,
          passedOver: found.lookedTo - began - events.length,
          latest: Math.max(found.latest, found.lookedTo),
        };
        if (events.length > 0 || gone.aborted) return page;
        after = found.lookedTo;
        if (found.lookedTo < found.latest) {
          if (piece % mostPieces === 0) return page;
          continue;
        }
        const left = until - elapsedMs();
        if (query.waitSeconds === 0 || left <= 0) return page;
        waiting();
        const how = await waits.until(reader, after, left, gone);
        if (how === "crowded") return { kind: "crowded" };
        if (how === "over") return page;
      }
    },
    async find(reader, id) {
      const event = await records.find(reader, id);
      if (event === undefined) return undefined;
      const text = textOf(reader, event);
      if (text !== undefined) return { kind: "found", text };
      const [scope] = bodies.lacking(reader.scopes, event.type) ?? [];
      return scope === undefined ? undefined : { kind: "lacking", scope };
    },
  };
}

/** The types that a query means; whoever asks by name for what it may not see is told so, and not answered with nothing. */
function shownTypes(
  bodies: EventBodies,
  { scopes }: EventsReader,
  { types, resource }: EventsQuery,
): { readonly kind: "types"; readonly types: readonly string[] } | EventsPage {
  const asked = types ?? [...bodies.kinds.keys()];
  const unknown = asked.find((type) => !bodies.kinds.has(type));
  if (unknown !== undefined) return { kind: "unknown", parameter: "type", value: unknown, known: [...bodies.kinds.keys()] };
  const resources = new Set([...bodies.kinds.values()].map(({ shape }) => shape.name));
  if (resource !== undefined && !resources.has(resource)) return { kind: "unknown", parameter: "resource", value: resource, known: [...resources] };
  const candidates = resource === undefined ? asked : asked.filter((type) => bodies.kinds.get(type)?.shape.name === resource);
  const shown = candidates.filter((type) => bodies.lacking(scopes, type)?.length === 0);
  const [hidden] = candidates.filter((type) => !shown.includes(type)).flatMap((type) => bodies.lacking(scopes, type) ?? []);
  const byName = types !== undefined || (resource !== undefined && shown.length === 0);
  return hidden !== undefined && byName ? { kind: "lacking", scope: hidden } : { kind: "types", types: shown };
}
