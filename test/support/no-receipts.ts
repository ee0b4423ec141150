/** The receipts of a gateway that has no store, since it is only read from. */
import { receiptRecords } from "#store/receipts.ts";

export const noReceipts = receiptRecords(() => {
  throw new Error("there is no store");
});
