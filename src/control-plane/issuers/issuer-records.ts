/** Port: issuers whose access tokens are taken besides the gateway's own. */
import type { SignatureAlgorithm } from "../oauth/public-keys.ts";

export interface TrustedIssuer {
  readonly id: string;
  /** `iss` of its tokens, to the letter. */
  readonly issuer: string;
  /** `aud` of its tokens for this gateway. An issuer may be trusted twice, with an audience for each environment. */
  readonly audience: string;
  readonly jwksUrl: string;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** `typ` in the header of its tokens: `at+jwt` (RFC 9068), or `JWT` of those who do not follow it. */
  readonly tokenType: "at+jwt" | "JWT";
  /** The claim that says which client a token is for. */
  readonly clientClaim: "sub" | "client_id" | "azp";
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface IssuerRecords {
  /** All of them, oldest first: they are few. */
  list(): Promise<TrustedIssuer[]>;
}

export interface IssuerRegister extends IssuerRecords {
  insert(issuer: TrustedIssuer): Promise<"inserted" | "trusted-already">;
  /** `in-use`: clients are known by it. */
  remove(id: string): Promise<"removed" | "in-use" | "absent">;
}
