/** Port: the event log in the gateway's own tables: events are recorded, numbered and handed out to endpoints in one transaction. */

import type { Endpoint } from "./endpoint.ts";
import type { EventFact, PartnerEvent } from "./event.ts";

/** Whom an event concerns. Accounts are numbers in the ERP; partners hold them. `everyone`: who holds any in the environment. */
export type Concerned =
  | { readonly kind: "accounts"; readonly accounts: readonly string[] }
  | { readonly kind: "everyone" }
  | { readonly kind: "partner"; readonly partner: string };

/** An event that has no numbers yet. */
export interface NewEvent extends Omit<EventFact, "entitySeq" | "recordedAt"> {
  /** What the change is called at its source, which is recorded once; undefined: each is a new one. */
  readonly changeKey: string | undefined;
  readonly concerns: Concerned;
}

/** Where the events come from. */
export interface EventPlace {
  /** Name of a source; undefined: the gateway itself. */
  readonly source: string | undefined;
  readonly environment: "live" | "test";
}

/** What is asked of an endpoint to know what it is sent. */
export type EndpointReader = Pick<Endpoint, "types" | "apiVersion" | "scopes">;

/** How events are shown to endpoints. */
export interface FanOut {
  /** Names what such an endpoint sees of such an event: endpoints with the same view are sent the same bytes. Undefined: it is sent nothing. */
  view(endpoint: EndpointReader, event: Pick<EventFact, "type" | "resource">): string | undefined;
  body(event: PartnerEvent, view: string): Uint8Array;
}

export interface RecordedEvents {
  /** How many of the events, from the first on, are in the log now. The rest would have made the transaction too large. */
  readonly taken: number;
  /** Those among them that were not there before. */
  readonly recorded: number;
  readonly deliveries: number;
}

export interface EventRecorder {
  /** In their order, in one transaction: all that is `taken` with its numbers and deliveries, or nothing. `recordedAt` in milliseconds since 1970. */
  record(place: EventPlace, events: readonly NewEvent[], fanOut: FanOut, recordedAt: number): Promise<RecordedEvents>;
}

export interface EventLogRecords extends EventRecorder {
  /**
   * Runs `work` while nobody else, in any process, works at `what`; undefined where somebody does. What it records is recorded
   * only as long as the right is held: of a process that has lost it without knowing, nothing is.
   */
  exclusively<T>(what: string, work: (recorder: EventRecorder) => Promise<T>): Promise<T | undefined>;
}
