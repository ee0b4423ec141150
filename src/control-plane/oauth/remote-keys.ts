/** Public keys that others publish at a URL: fetched when they are needed, kept, and never fetched because a stranger makes one up. */
import { type CryptoKey, createLocalJWKSet, errors } from "jose";
import { type PublicKeySet, readPublishedKeys } from "./public-keys.ts";

/** Port: gets a small JSON document over HTTPS, from an address that may be asked, within seconds. Never rejects. */
export type FetchKeys = (url: string) => Promise<{ readonly kind: "fetched"; readonly value: unknown } | { readonly kind: "failed"; readonly why: string }>;

export interface RemoteKeysOptions {
  readonly fetchKeys: FetchKeys;
  readonly elapsedMs: () => number;
  /** Whether a request may wait for what another one began to fetch. Not on Workers. */
  readonly shareLookups: boolean;
  /** Told of a URL that gave no keys. */
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export interface RemoteKeys {
  /** The key that a token's header means. `unavailable`: the URL gave nothing, and what it gave before is too old. */
  find(url: string, header: { readonly alg?: string; readonly kid?: string }): Promise<KeyFound | { readonly kind: "unavailable" }>;
}

export type KeyFound = { readonly kind: "key"; readonly key: CryptoKey } | { readonly kind: "none" };

/** A newer set is fetched after this, and after a header that names none of the keys, but not before `coolDownMs`. */
const freshMs = 600_000;
const coolDownMs = 30_000;
/** While the URL gives nothing, the keys of before are taken for this long; the URL is tried again after `retryMs`. */
const staleMs = 3_600_000;
const retryMs = 10_000;
const maxUrls = 1_000;

interface Known {
  readonly resolve: ReturnType<typeof createLocalJWKSet> | undefined;
  readonly gotAtMs: number;
  readonly triedAtMs: number;
  readonly failed: boolean;
}

export function remoteKeys(options: RemoteKeysOptions): RemoteKeys {
  const byUrl = new Map<string, Known>();
  const underway = new Map<string, Promise<Known>>();

  async function fetchSet(url: string, before: Known | undefined): Promise<Known> {
    const triedAtMs = options.elapsedMs();
    try {
      const answer = await options.fetchKeys(url);
      const keys = answer.kind === "fetched" ? readPublishedKeys(answer.value) : undefined;
      const known: Known =
        keys === undefined
          ? { resolve: before?.resolve, gotAtMs: before?.gotAtMs ?? 0, triedAtMs, failed: true }
          : { resolve: localKeys(keys), gotAtMs: triedAtMs, triedAtMs, failed: false };
      if (keys === undefined) options.warn({ url, why: answer.kind === "failed" ? answer.why : "not a key set" }, "public keys could not be fetched");
      byUrl.delete(url);
      byUrl.set(url, known);
      for (const oldest of byUrl.size > maxUrls ? byUrl.keys() : []) {
        byUrl.delete(oldest);
        break;
      }
      return known;
    } finally {
      underway.delete(url);
    }
  }

  function again(url: string, before: Known | undefined): Promise<Known> {
    if (!options.shareLookups) return fetchSet(url, before);
    const started = underway.get(url) ?? fetchSet(url, before);
    underway.set(url, started);
    return started;
  }

  return {
    async find(url, header) {
      let known = byUrl.get(url);
      const now = options.elapsedMs();
      const due = known === undefined || now - known.triedAtMs >= (known.failed ? retryMs : freshMs);
      if (known === undefined || due) known = await again(url, known);
      if (known.resolve === undefined || now - known.gotAtMs > staleMs) return { kind: "unavailable" };
      const found = await keyFor(known.resolve, header);
      if (found.kind === "key" || options.elapsedMs() - known.triedAtMs < coolDownMs) return found;
      const newer = await again(url, known);
      return newer.resolve === undefined ? { kind: "unavailable" } : keyFor(newer.resolve, header);
    },
  };
}

export function localKeys(keys: PublicKeySet): ReturnType<typeof createLocalJWKSet> {
  return createLocalJWKSet({ keys: keys.keys.map((key) => ({ ...key })) });
}

/** Several keys that a header without `kid` could mean are none. */
export async function keyFor(resolve: ReturnType<typeof createLocalJWKSet>, { alg, kid }: { readonly alg?: string; readonly kid?: string }): Promise<KeyFound> {
  try {
    return { kind: "key", key: await resolve({ ...(alg !== undefined && { alg }), ...(kid !== undefined && { kid }) }) };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) return { kind: "none" };
    throw error;
  }
}
