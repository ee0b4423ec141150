/** Public keys that others sign with: which kinds there are, and what a set of them may hold. */
import { z } from "zod";

/** Asymmetric ones of today; a name in a token's header never chooses another. */
export const signatureAlgorithms = ["ES256", "PS256", "EdDSA"] as const;
export type SignatureAlgorithm = (typeof signatureAlgorithms)[number];

const text = z.string().min(1).max(2_000);
const shared = { kid: text.max(200).exactOptional(), alg: z.enum(signatureAlgorithms).exactOptional(), use: z.literal("sig").exactOptional() };
/** 43 characters of base64url are 32 bytes. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** A JSON Web Key (RFC 7517) that a signature can be checked with. Members of other kinds of keys, or private ones, are not among these. */
const publicKeySchema = z.discriminatedUnion("kty", [
  z.strictObject({ kty: z.literal("EC"), crv: z.literal("P-256"), x: coordinate, y: coordinate, ...shared }),
  z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: coordinate, ...shared }),
  // A modulus of 2048 bits at least, of 8192 at most: checking a signature takes longer with each bit.
  z.strictObject({ kty: z.literal("RSA"), n: z.string().regex(/^[A-Za-z0-9_-]{342,1366}$/), e: z.literal("AQAB"), ...shared }),
]);

export type PublicKey = z.output<typeof publicKeySchema>;

export interface PublicKeySet {
  readonly keys: readonly PublicKey[];
}

const maxKeys = 20;
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

export type KeySetRead = { readonly kind: "read"; readonly keys: PublicKeySet } | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** A set that is registered here: every key of it has to be of use, and nothing in it private. */
export function readRegisteredKeys(value: unknown): KeySetRead {
  const listed = keysOf(value);
  if (listed === undefined) return { kind: "refused", reasons: ['A key set is an object such as {"keys":[{"kty":"EC","crv":"P-256",...}]} (RFC 7517).'] };
  if (listed.length === 0 || listed.length > maxKeys) return { kind: "refused", reasons: [`A key set holds 1 to ${maxKeys} keys.`] };
  const reasons: string[] = [];
  const keys: PublicKey[] = [];
  for (const [at, one] of listed.entries()) {
    if (privateMembers.some((name) => name in one)) reasons.push(`Key ${at + 1} holds private parts. Make a new pair, and register its public key only.`);
    const read = publicKeySchema.safeParse(usedMembers(one));
    if (read.success) keys.push(read.data);
    else reasons.push(`Key ${at + 1} is none of: EC with curve P-256, OKP with curve Ed25519, RSA of 2048 to 8192 bits with exponent 65537; for signatures.`);
  }
  const kids = keys.flatMap(({ kid }) => kid ?? []);
  if (new Set(kids).size < kids.length) reasons.push("Two keys have the same kid.");
  if (keys.length > 1 && kids.length < keys.length) reasons.push("Where there are several keys, each needs a kid.");
  return reasons.length > 0 ? { kind: "refused", reasons } : { kind: "read", keys: { keys } };
}

/** A set that somebody else publishes: what is of no use here is left out. Two of one `kid` are none: which is meant, nobody can say. */
export function readPublishedKeys(value: unknown): PublicKeySet | undefined {
  const listed = keysOf(value);
  if (listed === undefined || listed.length > 100) return undefined;
  const keys = listed.flatMap((one) => {
    const read = publicKeySchema.safeParse(usedMembers(one));
    return read.success && !privateMembers.some((name) => name in one) ? [read.data] : [];
  });
  const times = new Map<string | undefined, number>();
  for (const { kid } of keys) times.set(kid, (times.get(kid) ?? 0) + 1);
  return { keys: keys.filter(({ kid }) => kid === undefined || times.get(kid) === 1) };
}

function keysOf(value: unknown): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (typeof value !== "object" || value === null || !("keys" in value) || !Array.isArray(value.keys)) return undefined;
  const keys: unknown[] = value.keys;
  return keys.every((key): key is Readonly<Record<string, unknown>> => typeof key === "object" && key !== null && !Array.isArray(key)) ? keys : undefined;
}

/** Certificates, thumbprints and names that people gave are nothing that a signature is checked by. */
function usedMembers(key: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"];
  return Object.fromEntries(names.filter((name) => name in key).map((name) => [name, key[name]]));
}
