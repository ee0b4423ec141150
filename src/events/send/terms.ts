/** What holds for every attempt, wherever it is sent from. */

/** What is read and kept of an answer. */
export const maxAnswerBytes = 65_536;

/** Of every webhook, besides those of its signature. */
export const standardHeaders = {
  "content-type": "application/json",
  accept: "application/json, */*",
  // What is kept of an answer is read by people.
  "accept-encoding": "identity",
  "user-agent": "Sluice-Webhooks/1",
} as const;

/** Names in lower case, of repeated headers the first. */
export function answerHeaders(entries: Iterable<readonly [string, string | readonly string[] | undefined]>): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) {
    const first = typeof value === "string" ? value : value?.[0];
    if (first !== undefined) headers[name.toLowerCase()] ??= first;
  }
  return headers;
}
