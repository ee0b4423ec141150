/** Signs webhooks by whatever secrets their endpoint has, which are remembered for seconds. */
import type { Envelopes } from "#lib/envelope.ts";
import { readSecret, type SigningSecret, signedHeaders } from "#lib/standard-webhooks.ts";
import type { SignFor } from "../signing.ts";
import type { SigningSecretRecords } from "../signing-secret-records.ts";

export interface SignForParts {
  readonly records: SigningSecretRecords;
  readonly envelopes: Pick<Envelopes, "open">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  /** For how long secrets are remembered; so late every process notices that they have changed. */
  readonly keptMs?: number;
}

interface Remembered {
  readonly until: number;
  readonly secrets: Promise<readonly { readonly secret: SigningSecret; readonly expiresAt: number | undefined }[]>;
}

const usuallyKeptMs = 3_000;
const maxKept = 20_000;

/** Rejects when the store cannot be asked, or a secret not be opened: to sign by some of them would look like a wrong signature. */
export function signFor({ records, envelopes, now, elapsedMs, keptMs = usuallyKeptMs }: SignForParts): SignFor {
  const kept = new Map<string, Remembered>();

  async function opened(endpoint: string) {
    const sealed = await records.of(endpoint);
    return sealed.map(({ place, envelope, expiresAt }) => {
      const plain = envelopes.open(envelope, place);
      const secret = plain && readSecret(Buffer.from(plain).toString());
      if (secret === undefined) throw new Error(`the webhook secret ${place.row} cannot be opened: is SLUICE_SECRET another one?`);
      return { secret, expiresAt };
    });
  }

  function remembered(endpoint: string): Remembered {
    const known = kept.get(endpoint);
    if (known !== undefined && known.until > elapsedMs()) return known;
    kept.delete(endpoint);
    const made: Remembered = { until: elapsedMs() + keptMs, secrets: opened(endpoint) };
    // What failed is asked anew by the next, and told to those who wait for it.
    made.secrets.catch(() => kept.get(endpoint) === made && kept.delete(endpoint));
    kept.set(endpoint, made);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    return made;
  }

  return async (endpoint) => {
    const secrets = await remembered(endpoint).secrets;
    const current = secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now()).map(({ secret }) => secret);
    return current.length === 0 ? undefined : (id, timestamp, body) => signedHeaders(current, id, timestamp, body);
  };
}
