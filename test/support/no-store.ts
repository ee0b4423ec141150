/** What a gateway is given that has no store, since it is only read from. */
import type { RequestHandles } from "#gateway";
import { ownAccount } from "#store/own-account.ts";
import { receiptRecords } from "#store/receipts.ts";

const open = (): never => {
  throw new Error("there is no store");
};

export const noStore: Pick<RequestHandles, "receipts" | "account" | "usage"> = {
  receipts: receiptRecords(open),
  account: ownAccount(open),
  usage: { note: () => undefined },
};
