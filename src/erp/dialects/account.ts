/** What a database says of itself and of the account that the gateway uses there. */

export interface ErpAccount {
  /** The server as it names itself, `PostgreSQL 16.4`. */
  readonly server: string;
  readonly user: string;
  /** What the account may do beyond reading, each in a few words; empty for one that can only read. */
  readonly mayWrite: readonly string[];
  /** Limits that every statement should run under, and that did not come into force; each in a few words. */
  readonly limitsMissing: readonly string[];
}

/** The limits that the connection was opened with, in milliseconds. */
export interface WantedLimits {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
}

/** The first few of many, and how many more there are. */
export function some(all: readonly string[], count = 3): string {
  const more = all.length - count;
  return `${all.slice(0, count).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
