/** What `sluice doctor` finds: one thing that is well, doubtful or wrong, and what to do about it. */

export interface Finding {
  /** What was looked at, in a word or two. */
  readonly about: string;
  /** A fault keeps the gateway from serving; a warning does not. */
  readonly state: "ok" | "warning" | "fault";
  readonly says: string;
  /** What to do; there for everything but `ok`. */
  readonly remedy?: string;
}

export function ok(about: string, says: string): Finding {
  return { about, state: "ok", says };
}

export function warning(about: string, says: string, remedy: string): Finding {
  return { about, state: "warning", says, remedy };
}

export function fault(about: string, says: string, remedy: string): Finding {
  return { about, state: "fault", says, remedy };
}

/** The innermost reason of a failure in one line: the outer ones say only that there was one. */
export function reasonOf(error: unknown): string {
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  if (innermost instanceof AggregateError && innermost.errors.length > 0) innermost = innermost.errors[0];
  const text = innermost instanceof Error ? innermost.message || innermost.name : String(innermost);
  return text.split("\n")[0] ?? "";
}
