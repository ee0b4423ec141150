/** How much of a source each kind of work and each partner may take, and when a source is left alone. */

/** What connections are wanted for: reads and commands of partners, capture of changes, and what nobody waits for. */
export const workKinds = ["read", "write", "capture", "background"] as const;

export type WorkKind = (typeof workKinds)[number];

export type Environment = "live" | "test";

export interface ProtectionSettings {
  /** Connections of each pool. */
  readonly poolSize: number;
  /** Percent of a pool that is kept for each kind of work; what is left goes to whoever asks first. */
  readonly shares: Readonly<Record<WorkKind, number>>;
  /** Percent of a pool that one partner may hold while no other holds any; less when others do. */
  readonly partnerShare: number;
  /** Requests of one partner that may wait for a connection. */
  readonly queueSize: number;
  /** Longest wait for a turn. */
  readonly queueTimeoutMs: number;
  /** Failures in a row after which a source is left alone. */
  readonly breakerFailures: number;
  /** The first pause; each one that did not help is followed by one twice as long. */
  readonly breakerMinMs: number;
  readonly breakerMaxMs: number;
  /** Bound of a connection and a statement together, all timeouts included: a trial is given up on after that. */
  readonly statementBoundMs: number;
  /** Where reads go while the replica is left alone. */
  readonly replicaFallback: "primary" | "none";
}

export const defaultProtection: ProtectionSettings = {
  poolSize: 10,
  shares: { read: 40, write: 20, capture: 10, background: 10 },
  partnerShare: 50,
  queueSize: 50,
  queueTimeoutMs: 3_000,
  breakerFailures: 5,
  breakerMinMs: 500,
  breakerMaxMs: 30_000,
  statementBoundMs: 8_000,
  replicaFallback: "primary",
};
