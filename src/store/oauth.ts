/** What OAuth2 needs of the gateway's own tables in the request path, where the store is opened by the first who needs it. */
import type { IssuerRecords } from "#control-plane/issuers/issuer-records.ts";
import type { ClientRecords } from "#control-plane/oauth-clients/client-records.ts";
import type { SigningKeyRecords } from "#control-plane/signing-keys/signing-key-records.ts";
import type { Store } from "./connect.ts";
import { issuerRegister } from "./issuers.ts";
import { clientRecords } from "./oauth-clients.ts";
import { signingKeyRecords } from "./signing-keys.ts";

export function oauthRecords(open: () => Store): {
  readonly clients: ClientRecords;
  readonly issuers: IssuerRecords;
  readonly signingKeys: SigningKeyRecords;
} {
  return {
    clients: {
      find: (id) => clientRecords(open()).find(id),
      findBySubject: (issuer, subject) => clientRecords(open()).findBySubject(issuer, subject),
      useAssertion: (client, jtiHash, seconds) => clientRecords(open()).useAssertion(client, jtiHash, seconds),
    },
    issuers: { list: () => issuerRegister(open()).list() },
    signingKeys: {
      list: () => signingKeyRecords(open()).list(),
      privateKey: (kid) => signingKeyRecords(open()).privateKey(kid),
      add: (key) => signingKeyRecords(open()).add(key),
    },
  };
}
