/** What was found to have happened to one thing at its source, before it is known which events that makes. */

/** A thing as the newest contract has it, all of its fields, whoever may see them. */
export type Item = Readonly<Record<string, unknown>>;

/** Where a change came from: the gateway's own write, somebody else's in the ERP, or found by comparing. */
export type CaptureOrigin = "api" | "erp" | "scan";

export type Operation = "created" | "changed" | "deleted";

/** One thing in one transaction of the ERP, or between two scans: however many rows of it were touched. */
export interface Captured {
  /** The same whenever the same change is captured again, and never that of another: what makes a repetition harmless. */
  readonly key: string;
  /** Name of the contract. */
  readonly resource: string;
  /** Public id of the thing. */
  readonly id: string;
  readonly operation: Operation;
  /** As it was; undefined where it was not there, or where that is not known (scans). */
  readonly before: Item | undefined;
  /** As it is; undefined where it is no longer there. */
  readonly after: Item | undefined;
  /** Paths of fields that differ, as rules name them: `status`, `total.amount`, `lines`. Empty unless `operation` is `changed`. */
  readonly changed: ReadonlySet<string>;
  /** Account numbers whose partners are concerned; `everyone`: the resource is shared with every partner. */
  readonly accounts: readonly string[] | "everyone";
  /** When it happened, in milliseconds since 1970; of scans, when it was found. */
  readonly at: number;
  readonly origin: CaptureOrigin;
}
