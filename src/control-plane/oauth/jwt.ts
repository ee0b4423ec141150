/** Checks JSON Web Tokens (RFC 7519) by the rules of RFC 8725: who may have signed is decided here, never by the token. */
import { type CryptoKey, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from "jose";
import type { SignatureAlgorithm } from "./public-keys.ts";

/** Clocks may be this far apart. */
export const toleranceSeconds = 10;

/** What somebody wrote; nothing of it is known to be true. */
export interface UncheckedJwt {
  readonly header: ProtectedHeaderParameters & { readonly alg?: string; readonly kid?: string };
  readonly claims: JWTPayload;
}

export interface JwtTerms {
  readonly key: CryptoKey;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** What `typ` may be, in lower case and without `application/`; undefined: it may be left out. */
  readonly types: readonly (string | undefined)[];
  readonly issuer: string;
  /** Its one audience has to be one of these. */
  readonly audiences: readonly string[];
  /** Claims that have to be there, besides `iss`, `aud` and `exp`. */
  readonly required: readonly string[];
  /** Seconds since `iat`, where that bounds it. */
  readonly maxAgeSeconds?: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export type JwtChecked =
  | { readonly kind: "valid"; readonly claims: JWTPayload & { readonly exp: number } }
  | { readonly kind: "refused"; readonly why: string };

/** Headers by which a token would bring its own key, or a meaning of its own. */
const refusedHeaders = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"];

const form = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Whether a text has the form of a signed token: three parts, none of them empty. */
export function isJwt(text: string): boolean {
  return form.test(text);
}

/** Undefined for what is no signed token, or one with a header that is never taken. Never throws. */
export function readJwt(token: string): UncheckedJwt | undefined {
  if (!isJwt(token)) return undefined;
  try {
    const header = decodeProtectedHeader(token);
    const { kid, alg } = header;
    if (refusedHeaders.some((name) => name in header)) return undefined;
    if ((kid !== undefined && (typeof kid !== "string" || kid.length > 200)) || typeof alg !== "string") return undefined;
    return { header, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

/** Never throws: whatever a token holds, it is valid or refused. */
export async function checkJwt(token: string, terms: JwtTerms): Promise<JwtChecked> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, terms.key, {
      algorithms: [...terms.algorithms],
      issuer: terms.issuer,
      audience: [...terms.audiences],
      requiredClaims: ["exp", ...terms.required],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(terms.now),
      ...(terms.maxAgeSeconds !== undefined && { maxTokenAge: terms.maxAgeSeconds }),
    });
    const { typ } = protectedHeader;
    if (!terms.types.includes(typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : undefined)) return { kind: "refused", why: "typ" };
    // Meant for several, it could be used here by another of them.
    if (Array.isArray(payload.aud) && payload.aud.length !== 1) return { kind: "refused", why: "several audiences" };
    const { exp, iat } = payload;
    if (exp === undefined || (iat !== undefined && iat > terms.now / 1_000 + toleranceSeconds)) return { kind: "refused", why: "iat" };
    return { kind: "valid", claims: { ...payload, exp } };
  } catch (error) {
    return { kind: "refused", why: error instanceof Error ? error.message : "not a token" };
  }
}
