/** What a log line says of a failure of the store. */

/** A code, never a message: a database may quote in it what it was given. */
export function troubleCode(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : error instanceof Error ? error.name : typeof error;
}
