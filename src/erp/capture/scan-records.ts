/** Port: what scans remember of things in the ERP, and how far they are. Kept in the gateway's own tables. */

/** A source in one environment. */
export interface ScanPlace {
  readonly source: string;
  readonly environment: "live" | "test";
}

/** Account numbers as partners have them. */
export type Accounts = readonly string[] | "everyone";

/** A thing as a scan, or the one who captured a change of it, saw it. */
export interface SeenThing {
  readonly id: string;
  readonly digest: Uint8Array;
  readonly accounts: Accounts;
}

export interface KnownThing {
  readonly id: string;
  /** Undefined: found, but nobody was told of it yet. */
  readonly digest: Uint8Array | undefined;
  readonly accounts: Accounts;
  /** Another one whenever the digest was written. */
  readonly version: string;
  /** Whether a difference was handed out and not heard of again. */
  readonly hasFinding: boolean;
  readonly isMissing: boolean;
}

/** A difference that is about to be handed out. */
export interface Finding {
  readonly id: string;
  /** Undefined: the thing is gone. */
  readonly digest: Uint8Array | undefined;
  /** Of what is gone: undefined, for those it had. */
  readonly accounts: Accounts | undefined;
}

/** `look`: something happened that was not captured. `emptied`: the table was; whatever is missing is believed to be gone. */
export type WantedPass = "look" | "emptied";

export type ScanPhase = "rows" | "things" | "gone" | "waiting";

/** How far the scan of one resource is. Times in milliseconds since 1970, by the clock of the database that keeps them. */
export interface ScanState {
  readonly resource: string;
  readonly madeOf: string;
  readonly phase: ScanPhase;
  readonly position: string | null;
  readonly hasBaseline: boolean;
  readonly wanted: WantedPass | undefined;
  readonly believes: boolean;
  readonly rowsRead: number;
  readonly thingsAsked: number;
  readonly thingsMissing: number;
  /** Things that are missing of which nothing is said, since they are too many. */
  readonly held: { readonly at: number; readonly things: number } | undefined;
  /** How many of them a person has let go, for the next pass. */
  readonly confirmed: number;
  /** How long ago that was, in milliseconds. */
  readonly sinceBegun: number | undefined;
  readonly sinceLastPass: number | undefined;
  readonly lastPassRows: number | undefined;
  /** Passes that have ended. */
  readonly passes: number;
}

/** What a step leaves behind. */
export type ScanStep = Pick<ScanState, "phase" | "position" | "hasBaseline" | "rowsRead" | "thingsAsked" | "thingsMissing">;

export interface ScanRecords {
  states(place: ScanPlace): Promise<readonly ScanState[]>;
  /** Begins a pass. With another `madeOf` than before there is no baseline any more. */
  begin(place: ScanPlace, resource: string, madeOf: string): Promise<void>;
  advance(place: ScanPlace, resource: string, step: ScanStep): Promise<void>;
  /** Ends a pass. `held`: things are missing of which nothing is said. */
  end(place: ScanPlace, resource: string, held: boolean): Promise<void>;
  /** Wants a pass before its time. Where no pass was ever begun, nothing is news yet, and nothing has to be wanted. */
  want(place: ScanPlace, resource: string, what: WantedPass): Promise<void>;

  known(place: ScanPlace, resource: string, ids: readonly string[]): Promise<ReadonlyMap<string, KnownThing>>;
  /** Ids in an order of the database's own. */
  walk(place: ScanPlace, resource: string, after: string | null, limit: number): Promise<readonly KnownThing[]>;
  /** Notes things that are not known yet, without events. Of those that are, nothing is changed. */
  noteNew(place: ScanPlace, resource: string, things: readonly SeenThing[]): Promise<void>;
  /** Notes states without events, each only if the thing has still that version. */
  renew(place: ScanPlace, resource: string, things: readonly (SeenThing & Pick<KnownThing, "version">)[]): Promise<void>;
  /** Notes what was captured otherwise, and has been recorded. */
  noteRecorded(place: ScanPlace, resource: string, there: readonly SeenThing[], gone: readonly string[]): Promise<void>;
  /** Forgets things without events. */
  forget(place: ScanPlace, resource: string, ids: readonly string[]): Promise<void>;

  /** Marks which of these things the ERP does not have. */
  mark(place: ScanPlace, resource: string, missing: readonly string[], there: readonly string[]): Promise<void>;
  /** Things that have been missing for that long; and whether there are others that have not. */
  missing(
    place: ScanPlace,
    resource: string,
    forMs: number,
    after: string | null,
    limit: number,
  ): Promise<{ readonly things: readonly KnownThing[]; readonly others: boolean }>;

  /** Notes differences before they are handed out, and says what each is called: the same as before if it is the same. */
  found(place: ScanPlace, resource: string, findings: readonly Finding[]): Promise<ReadonlyMap<string, string>>;
  /** The differences of these things are none any more. */
  drop(place: ScanPlace, resource: string, ids: readonly string[]): Promise<void>;
  /** These differences are recorded: what was found is what is remembered. */
  recorded(place: ScanPlace, names: readonly string[]): Promise<void>;
  /** As `recorded`, for all differences of which the event log has an event, though nobody said so: the process died in between. */
  settle(place: ScanPlace): Promise<void>;
}

/** What a difference is called in the event log. */
export function findingKey(name: string): string {
  return `scan ${name}`;
}
