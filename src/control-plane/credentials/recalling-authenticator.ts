/** An authenticator that can also answer from memory alone. */
import type { Authenticator, Principal } from "#pipeline/principal.ts";

export interface RecallingAuthenticator extends Authenticator {
  /** Whose valid credential this is, as far as that is known without a lookup; undefined for all others. Cheap, never throws. */
  recall(token: string, now: number, address?: string): Principal | undefined;
}
