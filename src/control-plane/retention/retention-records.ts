/** Port: deletes what is too old of the gateway's own tables. Ages are by the database's clock: another would delete in error. */

export type Aged = "request_log" | "usage" | "events" | "deliveries" | "event_bodies" | "endpoint_answers" | "endpoint_receipts";

export interface RetentionRecords {
  /**
   * Deletes at most `limit` of those older than this, the oldest first, and says how many there were. Undefined: another
   * process is at it.
   */
  forget(kind: Aged, days: number, limit: number): Promise<number | undefined>;
}
