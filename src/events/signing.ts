/** Port: the headers of Standard Webhooks for a body, by whatever secrets an endpoint has now. */

/** Of all secrets that are in use, so that a partner can change over: `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
export type SignFor = (endpoint: string) => Promise<Sign | undefined>;

/** `timestamp` in seconds since 1970. */
export type Sign = (id: string, timestamp: number, body: Uint8Array) => Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>>;
