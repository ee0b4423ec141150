/** Port: the event log as operators look at it, over all partners. */

import type { Environment } from "#pipeline/principal.ts";

export interface EventFilter {
  /** Id of a partner that it concerns. */
  readonly partner: string | undefined;
  readonly environment: Environment | undefined;
  readonly type: string | undefined;
  readonly resource: string | undefined;
  readonly resourceId: string | undefined;
  /** Recorded from then on, in milliseconds since 1970. */
  readonly since: number | undefined;
}

export interface LoggedEvent {
  readonly id: string;
  readonly environment: Environment;
  readonly type: string;
  readonly resource: string;
  readonly resourceId: string;
  readonly entitySeq: number;
  readonly origin: string;
  /** Milliseconds since 1970, as all times here. */
  readonly occurredAt: number;
  readonly recordedAt: number;
}

/** Whom an event concerns, and what became of it at each of its endpoints. */
export interface EventConcern {
  readonly partner: string;
  /** Null where there is no such partner any more. */
  readonly partnerName: string | null;
  /** The event's number among the partner's. */
  readonly seq: number;
  readonly deliveries: readonly EventDelivery[];
}

export interface EventDelivery {
  readonly endpoint: string;
  readonly url: string;
  readonly state: string;
  readonly attempts: number;
  /** Of the last attempt; undefined before the first. */
  readonly last: { readonly at: number; readonly outcome: string; readonly status: number | undefined } | undefined;
  /** When it is tried next; undefined: it has ended. */
  readonly nextAt: number | undefined;
}

/** What one relay last saw of its source. */
export interface CaptureLag {
  readonly name: string;
  readonly environment: Environment;
  readonly seenAt: number;
  readonly waiting: number | undefined;
  readonly oldestMs: number | undefined;
  readonly trouble: string | undefined;
}

export interface Lag {
  readonly capture: readonly CaptureLag[];
  readonly relay: { readonly lastRecordedAt: number | undefined; readonly lastTookMs: number | undefined };
  readonly delivery: {
    /** Due, and not delivered. */
    readonly pending: number;
    /** Of endpoints that are suspended or disabled. */
    readonly held: number;
    readonly oldestPendingAt: number | undefined;
    /** Endpoints with deliveries that nobody took. */
    readonly dead: readonly { readonly endpoint: string; readonly partner: string; readonly deliveries: number }[];
  };
}

export interface EventRecords {
  /** Newest first; `after` is an id, and what comes is older than it. */
  list(filter: EventFilter, after: string | undefined, limit: number): Promise<readonly LoggedEvent[]>;
  /** With the data of the newest contract, whoever may see which of it. */
  show(id: string): Promise<(LoggedEvent & { readonly data: unknown; readonly previous: unknown; readonly concerns: readonly EventConcern[] }) | undefined>;
  lag(): Promise<Lag>;
}
