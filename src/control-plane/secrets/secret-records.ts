/** Port: secrets at rest, by the row of the table that each belongs to. */
import type { Envelope, SealedPlace } from "#lib/envelope.ts";

export interface SecretAtRest {
  readonly place: SealedPlace;
  readonly envelope: Envelope;
}

export interface SecretRecords {
  /**
   * The next secrets wrapped under one of these, after a place and by their places, each locked for as long as the
   * transaction lasts. Those that another transaction holds are passed over.
   */
  takeWrappedUnder(names: readonly string[], after: SealedPlace | undefined, limit: number): Promise<SecretAtRest[]>;
  /** Puts another wrapping of the same value in its place. */
  replace(secret: SecretAtRest): Promise<void>;
  /** How many are wrapped under each secret. */
  count(): Promise<{ readonly wrappedUnder: string; readonly count: number }[]>;
}
