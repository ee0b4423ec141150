/** How long it is kept what partners asked: published, since partners look at it. In days. */

export interface UsageKept {
  /** The log of single requests. */
  readonly requestLogDays: number;
  /** Counts of requests by day. */
  readonly usageDays: number;
  /** Events, and deliveries of them that have ended. */
  readonly eventDays: number;
}

export const usageKept: UsageKept = { requestLogDays: 30, usageDays: 400, eventDays: 30 };
