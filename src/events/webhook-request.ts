/** Port: one signed POST to a partner's URL, with everything that keeps it from doing harm. */

/** What is sent. `body` are the very bytes that were signed. */
export interface WebhookRequest {
  readonly url: string;
  /** The endpoint's: only in the test environment a URL may lead to the gateway's own machine. */
  readonly environment: "live" | "test";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What came of it. `ms`: how long it took in all. */
export type WebhookOutcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Names in lower case; of repeated ones the first. */
      readonly headers: Readonly<Record<string, string>>;
      /** The first 64 KB as they came, not decompressed. */
      readonly body: Uint8Array;
      /** Whether there was more. */
      readonly truncated: boolean;
      readonly ms: number;
    }
  | {
      readonly kind: "failed";
      /** `address`: where the name leads is not allowed. `connect`, `tls`, `reset`; `timeout`: 15 s were over (or 5 s, to connect). */
      readonly why: "address" | "connect" | "tls" | "reset" | "timeout" | "invalid-answer";
      /** For the partner, in a sentence: says nothing of the network inside. */
      readonly detail: string;
      readonly ms: number;
    };

/** Never rejects. One absolute timeout is over all of it; redirects are not followed. */
export type SendWebhook = (request: WebhookRequest) => Promise<WebhookOutcome>;
