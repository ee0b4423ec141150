/** What all prompts in the terminal share: how an answer is taken, and how everything is called off. */
import { cancel, isCancel } from "@clack/prompts";

/** Whoever presses Ctrl-C or Esc stops the whole. */
class Cancelled extends Error {}

export function answered<T>(value: T): Exclude<T, symbol> {
  if (isCancel(value)) throw new Cancelled();
  return value as Exclude<T, symbol>; // the only symbol a prompt gives is that of a cancellation
}

export async function unlessCancelled<T>(work: () => Promise<T>): Promise<T | "cancelled"> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    cancel("Stopped.");
    return "cancelled";
  }
}

export const snakeCase = /^[a-z][a-z0-9_]{0,62}$/;
