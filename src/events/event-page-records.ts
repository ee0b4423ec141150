/** Port: reads the event log of one partner. */

import type { PartnerEvent } from "./event.ts";

export interface LogOwner {
  readonly partner: string;
  readonly environment: "live" | "test";
}

export interface LogQuery {
  /** Undefined: from the oldest. */
  readonly after: number | undefined;
  readonly limit: number;
  /** Any of them. */
  readonly types: readonly string[];
  readonly resource: string | undefined;
  readonly resourceId: string | undefined;
}

export interface LogPage {
  /** In the order of their numbers. */
  readonly events: readonly PartnerEvent[];
  /** Where it began. */
  readonly after: number;
  /** Up to this number all was looked at; a search for what is rare ends before the end of the log. */
  readonly lookedTo: number;
  /** The first number that is kept; one more than the last where none is. */
  readonly oldest: number;
  /** The last number there is; 0 without any. */
  readonly latest: number;
}

export interface EventPageRecords {
  page(owner: LogOwner, query: LogQuery): Promise<LogPage>;
  /** Undefined where the owner has no such event. */
  find(owner: LogOwner, id: string): Promise<PartnerEvent | undefined>;
  /** The last numbers of those who have any. */
  heads(owners: readonly LogOwner[]): Promise<readonly (LogOwner & { readonly seq: number })[]>;
}
