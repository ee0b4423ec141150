/** Headers of every JSON answer: it belongs to one caller, and caches must ask again each time. */

export const json = { "Content-Type": "application/json", "Cache-Control": "private, no-cache", Vary: "Authorization, Api-Version" };

/** Of an answer to a command, which no cache may keep. */
export const jsonOfCommand = { "Content-Type": "application/json", "Cache-Control": "no-store" };
