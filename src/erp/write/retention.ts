/** How long answers and receipts are kept. */

import type { SourceDeclaration } from "../binding/source.ts";
import type { Dialect, ErpDatabase } from "../dialects/dialect.ts";

export interface Retention {
  /** Days that answers can be replayed for. */
  readonly bodyDays: number;
  /** Days that a key is known to have been used. */
  readonly tombstoneDays: number;
}

export const defaultRetention: Retention = { bodyDays: 7, tombstoneDays: 400 };

export async function tidyReceipts(_database: ErpDatabase, _source: SourceDeclaration, _dialect: Dialect, _terms: Retention & { readonly now: number }): Promise<void> {}
