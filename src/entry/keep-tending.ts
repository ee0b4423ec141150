/** Gives a gateway its turn in the background, again and again, for as long as the process runs. */

const intervalMs = 200;

/** A round that waits for an ERP that hangs keeps none of the others waiting. Returns how to end it, which waits for no round. */
export function keepTending(round: () => Promise<void>): () => void {
  const timer = setInterval(() => void round(), intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
