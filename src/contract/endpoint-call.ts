/** What a partner asks of its own webhook endpoints, and what comes of it. */

import type { ProblemCode, ProblemError } from "#lib/problems.ts";
import type { DeliveryState } from "./deliveries.ts";
import type { EndpointAction } from "./own-operations.ts";

export interface EndpointCaller {
  readonly partner: string;
  readonly partnerName: string;
  readonly environment: "live" | "test";
  /** Id of the key or client. */
  readonly credential: string;
  readonly scopes: ReadonlySet<string>;
  /** `YYYY-MM-DD` */
  readonly apiVersion: string;
}

/** Which deliveries are listed, newest first. */
export interface DeliveriesAsked {
  readonly states: readonly DeliveryState[] | undefined;
  readonly types: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** The number that the page before ended with. */
  readonly before: number | undefined;
  readonly limit: number;
}

export interface EndpointCall {
  readonly action: EndpointAction;
  readonly caller: EndpointCaller;
  /** Empty where the operation names none. */
  readonly id: string;
  /** Of a delivery: the event's id. */
  readonly event?: string | undefined;
  /** Of lists of deliveries. */
  readonly page?: DeliveriesAsked | undefined;
  /** Valid by the operation's schema. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly requestId: string;
  /** Of requests that take effect once: digests of their key, and of what they ask. */
  readonly once: { readonly keyHash: Uint8Array; readonly fingerprint: Uint8Array } | undefined;
}

export type EndpointOutcome =
  /** `body`: JSON text. `made`: path of what was made. */
  | { readonly kind: "answered"; readonly status: number; readonly body: string | null; readonly made: string | undefined; readonly replayed: boolean }
  /** JSON texts of a page's items. */
  | { readonly kind: "page"; readonly items: readonly string[]; readonly next: number | undefined }
  | { readonly kind: "absent" }
  | {
      readonly kind: "refused";
      readonly code: ProblemCode;
      readonly detail: string;
      readonly errors: readonly ProblemError[];
      readonly retryAfterSeconds: number | undefined;
    }
  /** The key came with another request before. */
  | { readonly kind: "key-reused" }
  /** It was done, and the answer is no longer kept. */
  | { readonly kind: "expired"; readonly made: string | undefined };

/** A JWK Set (RFC 7517). */
export interface WebhookKeySet {
  readonly keys: readonly Readonly<Record<string, string>>[];
}
