/** Ports: what the verbs on webhook endpoints need besides a store: what there is to be told of, and the way to receivers. */
import type { UrlRefusal } from "#lib/addresses/receiver-url.ts";
import type { Environment } from "#pipeline/principal.ts";

export interface ReceiverAnswer {
  readonly kind: "answered";
  readonly status: number;
  readonly body: Uint8Array;
  readonly truncated: boolean;
  readonly ms: number;
}

export interface NoAnswer {
  readonly kind: "failed";
  readonly why: "address" | "connect" | "tls" | "reset" | "timeout" | "invalid-answer";
  readonly detail: string;
  readonly ms: number;
}

/** Who is shown an event. */
export interface EventReader {
  /** `YYYY-MM-DD` */
  readonly version: string;
  readonly scopes: ReadonlySet<string>;
}

export interface WebhookWays {
  /** Types of events that there are. */
  readonly types: ReadonlySet<string>;
  /** Scopes that are missing to be shown events of this type. */
  lacking(scopes: ReadonlySet<string>, type: string): readonly string[];
  /** An example of an event as the reader sees it: JSON text of an object. */
  example(type: string, reader: EventReader, event: { readonly id: string; readonly at: number }): string;
  /** Where a URL leads, as far as that can be known here. */
  vet(
    url: string,
    environment: Environment,
  ): Promise<{ readonly kind: "vetted" } | { readonly kind: "refused"; readonly code: UrlRefusal; readonly detail: string } | { readonly kind: "unknown" }>;
  /** Never rejects. */
  send(request: {
    readonly url: string;
    readonly environment: Environment;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  }): Promise<ReceiverAnswer | NoAnswer>;
}
