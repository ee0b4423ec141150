/** How long a write's receipt is kept: published, since a client's retries rely on it. */

/** In days. */
export interface ReceiptsKept {
  /** While an answer is kept, a repetition gets it again. */
  readonly bodyDays: number;
  /** While a key is kept, a repetition is recognised and does nothing. */
  readonly tombstoneDays: number;
}

export const receiptsKept: ReceiptsKept = { bodyDays: 7, tombstoneDays: 400 };
