/** What a gateway is given that has no store, since it is only read from. */
import { ownEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import { waits } from "#events/waits.ts";
import type { RequestHandles } from "#gateway";
import { eventPages } from "#store/event-pages.ts";
import { ownAccount } from "#store/own-account.ts";
import { receiptRecords } from "#store/receipts.ts";

const open = (): never => {
  throw new Error("there is no store");
};

export const noStore: Pick<RequestHandles, "receipts" | "account" | "usage" | "events" | "endpoints"> = {
  receipts: receiptRecords(open),
  account: ownAccount(open),
  endpoints: ownEndpoints(open),
  usage: { note: () => undefined },
  events: { records: eventPages(open), waits: waits({ heads: eventPages(open).heads, pollMs: 1_000 }) },
};
