/** What partners ask of the event log, and what they are answered. */

/** All of it holds. */
export interface EventsQuery {
  /** The number after which to look; undefined: from the oldest that is kept. */
  readonly after: number | undefined;
  readonly limit: number;
  /** Any of them; undefined: all that the reader may be shown. */
  readonly types: readonly string[] | undefined;
  readonly resource: string | undefined;
  readonly resourceId: string | undefined;
  /** How long to wait for the first one that is found. */
  readonly waitSeconds: number;
}

/** The longest wait. */
export const longestWaitSeconds = 30;

/** How much of the log one request holds, at most. */
export const eventsLimit = { default: 100, max: 500 } as const;

/** Who reads: shown in its version, cut to its scopes. */
export interface EventsReader {
  readonly partner: string;
  readonly environment: "live" | "test";
  /** `YYYY-MM-DD` */
  readonly version: string;
  readonly scopes: ReadonlySet<string>;
}

export type EventsPage =
  | {
      readonly kind: "page";
      /** JSON texts, in the order of their numbers. */
      readonly events: readonly string[];
      /** Up to this number everything was looked at: all that was asked for and may be shown is in `events`. */
      readonly nextAfter: number;
      /** How many were looked at and are not in `events`. */
      readonly passedOver: number;
      /** The last number there is. */
      readonly latest: number;
    }
  /** What comes next after that number is no longer kept. `oldest`: the first that is, or will be. */
  | { readonly kind: "no-longer-kept"; readonly oldest: number }
  | { readonly kind: "not-yet"; readonly latest: number }
  /** The reader asked by name for what it may not be shown. */
  | { readonly kind: "lacking"; readonly scope: string }
  | { readonly kind: "unknown"; readonly parameter: "type" | "resource"; readonly value: string; readonly known: readonly string[] }
  /** Too many requests wait already; this one may come again. */
  | { readonly kind: "crowded" };
