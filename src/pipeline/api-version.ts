/** The contract version a request is served in: the Api-Version header, else the one pinned to the key. */

import { Problem } from "#lib/problems.ts";
import { header, type PartnerRequest } from "./exchange.ts";
import type { Principal } from "./principal.ts";

export function chooseVersion(versions: readonly string[], request: PartnerRequest, principal: Principal): string {
  const asked = header(request, "api-version");
  const version = asked ?? principal.apiVersion;
  if (versions.includes(version)) return version;
  const known = versions.join(", ");
  if (asked === undefined)
    throw new Problem("unknown-version", `The key is pinned to the version ${version}, which this API does not serve. Versions: ${known}.`);
  throw new Problem("unknown-version", `Api-Version names no version of this API. Versions: ${known}.`, {
    errors: [{ header: "Api-Version", code: "unknown-version", detail: `One of ${known}.` }],
  });
}
