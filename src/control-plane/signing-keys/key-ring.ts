/** The keys that sign access tokens, as the request path uses them: remembered for seconds, made on first need, and replaced when they are old. */
import { type CryptoKey, importJWK, type JWTPayload, SignJWT } from "jose";
import type { Envelopes } from "#lib/envelope.ts";
import type { ChangeWatch } from "../credentials/change-watch.ts";
import type { PublicKeySet } from "../oauth/public-keys.ts";
import { remembered } from "../oauth/remembered.ts";
import { keyFor, localKeys } from "../oauth/remote-keys.ts";
import { newSigningKey, readPrivateKey, signingAlgorithm } from "./new-signing-key.ts";
import { placeOfSigningKey, type SigningKey, type SigningKeyRecords } from "./signing-key-records.ts";

export interface KeyRingOptions {
  readonly envelopes: Envelopes;
  readonly elapsedMs: () => number;
  readonly shareLookups: boolean;
  /** Tells of keys that were added or withdrawn. */
  readonly watch?: Pick<ChangeWatch, "onChange"> | undefined;
}

export interface KeyRing {
  /** What others check tokens with: those that wait, the one that signs, and those whose tokens still count. */
  publicKeys(): Promise<PublicKeySet>;
  sign(claims: JWTPayload, type: string): Promise<string>;
  /** Undefined for a key that is not one of the gateway's, or counts no more. */
  find(kid: string): Promise<CryptoKey | undefined>;
  /** Whether it is such a key, as far as that is known without a lookup. */
  recalls(kid: string): boolean;
}

/** A key that has signed for so long is replaced by whichever process notices first. */
const oldAfterSeconds = 90 * 86_400;

/** How late a process may notice that a key was withdrawn. */
const rememberedMs = 10_000;
/** Ids that nobody knows cost one look in this time, however many of them are sent. */
const coolDownMs = 1_000;

interface Known {
  readonly keys: readonly SigningKey[];
  readonly resolve: ReturnType<typeof localKeys>;
}

/** One memory, over each request's own way to the store. */
export function createKeyRing({ envelopes, elapsedMs, shareLookups, watch }: KeyRingOptions): (records: SigningKeyRecords) => KeyRing {
  const known = remembered<Known>({ elapsedMs, shareLookups, ttlMs: rememberedMs, coolDownMs });
  watch?.onChange((changed) => {
    if (changed === "everything" || [...changed].some((name) => name.startsWith("signing-key:"))) known.forget();
  });
  /** Values, by key: opening one takes a look into the store. */
  const signers = new Map<string, CryptoKey>();

  return (records) => {
    async function load(): Promise<Known> {
      const keys = await records.list();
      return { keys, resolve: localKeys({ keys: keys.map(({ publicKey }) => publicKey) }) };
    }

    /** Makes what is lacking, by one process for all. */
    async function loadSigning(): Promise<Known> {
      const found = await load();
      if (!lacksSigner(found)) return found;
      await records.add({ ...(await newSigningKey(envelopes)), unlessNewerThanSeconds: oldAfterSeconds });
      return load();
    }

    async function withSigner(): Promise<Known> {
      const found = await known.get(loadSigning, lacksSigner);
      if (found.keys.some(signs)) return found;
      known.forget(); // Looked at a moment ago by one who only checks tokens, before there was any.
      return known.get(loadSigning);
    }

    async function signerOf(kid: string): Promise<CryptoKey> {
      const sealed = await records.privateKey(kid);
      const plain = sealed && envelopes.open(sealed, placeOfSigningKey(kid));
      if (plain === undefined) throw new Error(`The private key of ${kid} cannot be read with SLUICE_SECRET or one of SLUICE_PREVIOUS_SECRETS.`);
      const key = await importJWK(readPrivateKey(plain), signingAlgorithm);
      if (key instanceof Uint8Array) throw new Error("A private key of an elliptic curve is no secret.");
      signers.clear(); // One signs at a time.
      signers.set(kid, key);
      return key;
    }

    return {
      publicKeys: async () => ({ keys: (await withSigner()).keys.map(({ publicKey }) => publicKey) }),
      async sign(claims, type) {
        const signing = (await withSigner()).keys.find(signs);
        if (signing === undefined) throw new Error("There is no key to sign with.");
        const key = signers.get(signing.kid) ?? (await signerOf(signing.kid));
        return new SignJWT(claims).setProtectedHeader({ alg: signingAlgorithm, typ: type, kid: signing.kid }).sign(key);
      },
      recalls: (kid) => known.recall()?.keys.some((key) => key.kid === kid) ?? false,
      async find(kid) {
        const has = ({ keys }: Known): boolean => keys.some((key) => key.kid === kid);
        const found = await known.get(load, (value) => !has(value));
        if (!has(found)) return undefined;
        const key = await keyFor(found.resolve, { alg: signingAlgorithm, kid });
        return key.kind === "key" ? key.key : undefined;
      },
    };
  };
}

function signs({ state }: SigningKey): boolean {
  return state === "signing";
}

/** None signs, or an old one does and none waits to take its place. */
function lacksSigner({ keys }: Known): boolean {
  const newest = keys[0];
  return newest === undefined || (newest.state === "signing" && newest.ageSeconds > oldAfterSeconds);
}
