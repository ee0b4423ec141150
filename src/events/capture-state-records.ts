/** Port: what whoever relays a source has last seen of it. */

export interface CaptureState {
  /** As the capture source is called. */
  readonly name: string;
  readonly source: string;
  readonly environment: "live" | "test";
  /** Changes that wait to be relayed; undefined where nobody can know. */
  readonly waiting: number | undefined;
  readonly oldestMs: number | undefined;
  /** Why it cannot be relayed, in a word; undefined: it can. */
  readonly trouble: string | undefined;
}

export interface CaptureStateRecords {
  note(states: readonly CaptureState[]): Promise<void>;
}
