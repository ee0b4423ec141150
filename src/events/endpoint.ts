/** A partner's URL that receives events. */

/**
 * `unverified`: has not answered its challenge, and is sent nothing else. `suspended`: by a person. `disabled`: by the
 * gateway, since it answered 410 or failed for too long. While suspended or disabled its deliveries are held.
 */
export const endpointStates = ["unverified", "active", "suspended", "disabled"] as const;
export type EndpointState = (typeof endpointStates)[number];

/** `hmac`: `v1`, HMAC-SHA-256 of a shared secret. `ed25519`: `v1a`, verified with a public key. */
export const signatureKinds = ["hmac", "ed25519"] as const;
export type SignatureKind = (typeof signatureKinds)[number];

export interface Endpoint {
  /** `we_` and 16 digits and letters. */
  readonly id: string;
  readonly partner: string;
  readonly environment: "live" | "test";
  readonly url: string;
  /** Types of events; `*` for all. */
  readonly types: readonly string[];
  /** `YYYY-MM-DD`: what it is sent is rendered in this version. */
  readonly apiVersion: string;
  /** What it may see: those of the credential it was made with. */
  readonly scopes: ReadonlySet<string>;
  readonly description: string | undefined;
  readonly signs: SignatureKind;
  readonly state: EndpointState;
  /** Why it is in that state, in a sentence; undefined where nobody said. */
  readonly stateReason: string | undefined;
  readonly createdAt: number;
  readonly verifiedAt: number | undefined;
  /** Since when every attempt failed; undefined: the last one did not. */
  readonly failingSince: number | undefined;
}

/** Whether the endpoint wants this type. */
export function wants({ types }: Pick<Endpoint, "types">, type: string): boolean {
  return types.includes("*") || types.includes(type);
}
