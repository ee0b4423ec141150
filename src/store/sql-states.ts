/** Errors of Postgres by their SQLSTATE, where they are an expected outcome. */

export const uniqueViolation = "23505";
export const foreignKeyViolation = "23503";

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
