/** Runs work in a transaction, and hands its connection back afterwards. */

import type { WriteTransaction } from "./dialect.ts";

/** `handBack` ends the transaction and never rejects: a connection whose state nobody knows is dropped. */
export async function workInTransaction<T>(
  transaction: WriteTransaction,
  work: (transaction: WriteTransaction) => Promise<T>,
  handBack: () => Promise<void>,
): Promise<T> {
  let result: T;
  try {
    result = await work(transaction);
  } catch (error) {
    await handBack();
    throw error;
  }
  // On its way already; nobody has to wait until the database has said so, and the locks are released.
  void handBack();
  return result;
}
