/** What the pipeline needs of the ERP side and of the gateway's own tables, declared here and implemented under `erp` and `store`. */

import type { CommandCall, CommandOutcome, OperationState, RepeatedCall } from "#contract/command-call.ts";
import type { EndpointCall, EndpointOutcome } from "#contract/endpoint-call.ts";
import type { EventsPage, EventsQuery, EventsReader } from "#contract/events-query.ts";
import type { ListQuery, Position } from "#contract/list-query.ts";
import type { LoggedRequest, OwnKey, OwnRequestsQuery, OwnUsage } from "#contract/own-account.ts";
import type { Environment } from "./principal.ts";

/** Paths of fields that are null in one of the items: `confirmed_on`, `lines.net`. Unknown without it. */
type Nulls = ReadonlySet<string>;

export interface ResourceAccess {
  list(
    accounts: readonly string[],
    query: ListQuery,
    after: Position | null,
  ): Promise<{ readonly items: readonly Record<string, unknown>[]; readonly next: Position | null; readonly nulls?: Nulls }>;
  get(
    accounts: readonly string[],
    id: string,
    fields: readonly string[],
  ): Promise<{ readonly item: Record<string, unknown>; readonly tag: string; readonly nulls?: Nulls } | undefined>;
  /** Answers a repetition of what was answered here lately, before anything of it is looked at again; undefined for anything else. */
  repeat(call: RepeatedCall): Promise<CommandOutcome | undefined> | undefined;
  /** Carries a command out at most once per key, however often and wherever it is called. */
  command(call: CommandCall): Promise<CommandOutcome>;
}

/** What did not end with its request, by the id that its answer gave. */
export interface OperationAccess {
  /** Undefined where the partner began nothing of that id. */
  find(id: string): Promise<OperationState | undefined>;
}

/** Whose data it is: nothing of another partner or environment is ever found. */
export interface Owner {
  readonly partner: string;
  readonly environment: Environment;
}

/** What the gateway knows of its caller. Throws `gateway-unavailable` when the store cannot be asked. */
export interface AccountAccess {
  /** Newest first. `now` in milliseconds since 1970. */
  keys(owner: Owner, now: number): Promise<readonly OwnKey[]>;
  usage(owner: Owner, now: number): Promise<OwnUsage>;
  /** Newest first. A page may be short, and have a next one all the same. */
  requests(
    owner: Owner,
    query: OwnRequestsQuery,
    after: Position | null,
  ): Promise<{ readonly items: readonly LoggedRequest[]; readonly next: Position | null }>;
}

/** The event log of the caller's partner. Throws `gateway-unavailable` when the store cannot be asked. */
export interface EventAccess {
  /** Waits as long as the query says for something to be found, unless `gone`. `waiting` is called before it waits. */
  page(reader: EventsReader, query: EventsQuery, gone: AbortSignal, waiting: () => void): Promise<EventsPage>;
  /** Its JSON text; undefined where the partner has no such event. `lacking`: it has one, and may not be shown it. */
  find(
    reader: EventsReader,
    id: string,
  ): Promise<{ readonly kind: "found"; readonly text: string } | { readonly kind: "lacking"; readonly scope: string } | undefined>;
}

/** Webhook endpoints of the caller's partner. Throws `gateway-unavailable` when the store cannot be asked. */
export interface EndpointAccess {
  perform(call: EndpointCall): Promise<EndpointOutcome>;
}
