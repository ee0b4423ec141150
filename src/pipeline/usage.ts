/** Port: what is noted of every request whose caller is known. Noting never waits and never fails a request. */

export interface UsageRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly requestId: string;
  readonly partner: string;
  readonly environment: string;
  readonly keyId: string;
  /** Of the client, in canonical form; undefined where the runtime does not tell. */
  readonly address: string | undefined;
  readonly method: string;
  /** The operation's path template, `/v1/orders/{id}`. */
  readonly route: string;
  /** The operation's id, `getOrder`. */
  readonly operation: string;
  /** Contract version that was served, `YYYY-MM-DD`. */
  readonly version: string;
  readonly status: number;
  /** Of the problem, where the answer is one. */
  readonly code: string | undefined;
  /** Units that were charged. */
  readonly cost: number;
  readonly ms: number;
  readonly replayed: boolean;
}

export interface UsageSink {
  note(record: UsageRecord): void;
}
