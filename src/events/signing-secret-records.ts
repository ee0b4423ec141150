/** Port: the secrets that an endpoint's webhooks are signed by. */
import type { Envelope, SealedPlace } from "#lib/envelope.ts";

export interface SealedSigningSecret {
  readonly place: SealedPlace;
  readonly envelope: Envelope;
  /** Milliseconds since 1970; undefined: it does not end. */
  readonly expiresAt: number | undefined;
}

export interface SigningSecretRecords {
  /** Newest first; none: there is no such endpoint any more. */
  of(endpoint: string): Promise<readonly SealedSigningSecret[]>;
}
