/** The problem with which a piece of work is refused. */
import { Problem } from "#lib/problems.ts";

/** Rejects when nothing was refused, and passes on what is no problem. */
export async function problemOf(work: () => unknown): Promise<Problem> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
