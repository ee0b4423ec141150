/** Ports: where requests are noted, and what is read of them. */
import type { Environment } from "#pipeline/principal.ts";
import type { UsageRecord } from "#pipeline/usage.ts";

/** Where what was noted goes to. */
export interface UsageWriter {
  /** All of them or none. Those that were written before are left as they are, and counted once. */
  write(records: readonly UsageRecord[]): Promise<void>;
}

/** Days in UTC, `YYYY-MM-DD`, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

export interface UsageFilter extends Days {
  /** Id of a partner; of all without it. */
  readonly partner: string | undefined;
  readonly environment: Environment | undefined;
  readonly key: string | undefined;
  /** Of an operation; of all without it. */
  readonly operation: string | undefined;
}

/** What one key asked of one operation. */
export interface UsageLine {
  readonly partner: string;
  /** Null where there is no such partner any more. */
  readonly partnerName: string | null;
  readonly environment: Environment;
  readonly key: string;
  readonly operation: string;
  readonly method: string;
  /** Path template. */
  readonly route: string;
  readonly requests: number;
  /** Units of the partner's limits. */
  readonly cost: number;
  /** Answered with 4xx. */
  readonly refused: number;
  /** Answered with 5xx. */
  readonly failed: number;
}

/** A key that still asks in a version that is not the newest. */
export interface DeprecatedLine {
  readonly partner: string;
  /** Null where there is no such partner any more. */
  readonly partnerName: string | null;
  readonly environment: Environment;
  readonly key: string;
  readonly version: string;
  readonly operation: string;
  readonly method: string;
  readonly route: string;
  readonly requests: number;
  readonly lastDay: string;
}

export interface UsageRecords {
  /** Busiest first. */
  show(filter: UsageFilter, limit: number): Promise<UsageLine[]>;
  /** In other versions than `newest`, busiest first. */
  deprecated(filter: UsageFilter, newest: string, limit: number): Promise<DeprecatedLine[]>;
}
