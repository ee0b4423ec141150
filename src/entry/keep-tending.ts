/** Gives a gateway its turn in the background, again and again, for as long as the process runs. */

const intervalMs = 200;

/** One round after another, never two at once. Returns how to end it, which waits for no round. */
export function keepTending(round: () => Promise<void>): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void round().finally(() => {
      busy = false;
    });
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
