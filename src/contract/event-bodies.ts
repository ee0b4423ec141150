/** What a reader is shown of an event: in its version, cut to its scopes, the same bytes whether they are sent or fetched. */

import type { Item } from "./captured.ts";
import type { Contract } from "./contract.ts";
import { type EventKind, eventKinds } from "./event-kinds.ts";
import { type Strip, stripTo } from "./strip.ts";

/** An event as it is in the log. */
export interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly recordedAt: number;
  readonly resource: string;
  readonly resourceId: string;
  readonly entitySeq: number;
  readonly origin: string;
  readonly data: Item | null;
  readonly previous: Item | null;
}

/** Who reads. */
export interface EventReader {
  /** `YYYY-MM-DD` */
  readonly version: string;
  readonly scopes: ReadonlySet<string>;
}

export interface EventBodies {
  /** Every type there is, by name. */
  readonly kinds: ReadonlyMap<string, EventKind>;
  /** Scopes that the reader lacks to be shown events of this type; undefined: there is no such type. */
  lacking(scopes: ReadonlySet<string>, type: string): readonly string[] | undefined;
  /** How the reader sees such events: readers with the same view see the same bytes. Undefined: it sees none of them. */
  view(reader: EventReader, type: string): string | undefined;
  /** The JSON text, without a line end. */
  text(event: LoggedEvent, view: string): string;
}

/** `unfit`: told of events whose data does not fit what their contract promises. */
export function eventBodies(contracts: readonly Contract[], unfit: (error: unknown) => void): EventBodies {
  const kinds = eventKinds(contracts);
  const shapes = new Map(
    [...kinds.values()].map(({ shape }) => [shape, { strip: stripTo(shape, {}), partial: stripTo({ ...shape, model: shape.model.partial() }, {}) }]),
  );
  const views = new Map<string, View>();

  function lacking(scopes: ReadonlySet<string>, type: string): readonly string[] | undefined {
    return kinds.get(type)?.scopes.filter((scope) => !scopes.has(scope));
  }

  function view({ version, scopes }: EventReader, type: string): string | undefined {
    const kind = kinds.get(type);
    if (kind === undefined || kind.scopes.some((scope) => !scopes.has(scope))) return undefined;
    const held = [...new Set(Object.values(kind.shape.hide))].filter((scope) => scopes.has(scope)).sort();
    return [version, ...held].join(" ");
  }

  function text(event: LoggedEvent, name: string): string {
    const kind = kinds.get(event.type);
    const shape = kind && shapes.get(kind.shape);
    if (kind === undefined || shape === undefined) throw new Error(`no contract declares ${event.type}`);
    const key = `${kind.shape.name} ${name}`;
    const found = views.get(key) ?? viewOf(kind.shape, name);
    if (views.size >= mostViews) views.clear();
    views.set(key, found);
    const told = shown(event, found, shape);
    const head = JSON.stringify({
      id: event.id,
      type: event.type,
      seq: event.seq,
      occurred_at: new Date(event.occurredAt).toISOString(),
      recorded_at: new Date(event.recordedAt).toISOString(),
      resource: event.resource,
      resource_id: event.resourceId,
      entity_seq: event.entitySeq,
      origin: event.origin,
      api_version: found.version,
    });
    return `${head.slice(0, -1)},"data":${told.data},"previous":${told.previous}${told.problem === undefined ? "" : `,"problem":${JSON.stringify(told.problem)}`}}`;
  }

  /** Nothing is held back because one record does not fit: the event is shown without it, and says so. */
  function shown({ data, previous }: LoggedEvent, { visible }: View, { strip, partial }: { readonly strip: Strip; readonly partial: Strip }): Shown {
    try {
      return {
        data: one(strip, data, visible),
        previous: one(
          partial,
          previous,
          visible.filter((field) => previous !== null && Object.hasOwn(previous, field)),
        ),
      };
    } catch (error) {
      unfit(error);
      return { data: "null", previous: "null", problem: "source-data-invalid" };
    }
  }

  return { kinds, lacking, view, text };
}

interface Shown {
  readonly data: string;
  readonly previous: string;
  readonly problem?: string;
}

interface View {
  readonly version: string;
  readonly visible: readonly string[];
}

/** Callers choose their versions and scopes, so there must be an end. */
const mostViews = 1_000;

/** What the name of a view says. There is one version so far: things are in its shape as they are recorded. */
function viewOf({ model, hide }: EventKind["shape"], name: string): View {
  const [version = "", ...held] = name.split(" ");
  const visible = Object.keys(model.shape).filter((field) => hide[field] === undefined || held.includes(hide[field]));
  return { version, visible };
}

function one(strip: Strip, item: Item | null, fields: readonly string[]): string {
  return item === null ? "null" : strip([item], fields).slice(1, -1);
}
