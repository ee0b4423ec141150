/** A certificate for `localhost` and 127.0.0.1 that signs itself, for HTTPS servers of tests. */
import { type Certificate, selfIssued } from "./certificates.ts";

export function selfSigned(): Certificate {
  const { cert, key } = selfIssued({ name: "localhost", hosts: ["localhost"], addresses: ["127.0.0.1"] });
  return { cert, key };
}
