/** How long a write's receipt is kept: published, since a client's retries rely on it. */

/** In days. */
export interface ReceiptsKept {
  /** While an answer is kept, a repetition gets it again. */
  readonly answers: number;
  /** While a key is kept, a repetition is recognised and does nothing. */
  readonly keys: number;
}

export const receiptsKept: ReceiptsKept = { answers: 7, keys: 400 };
