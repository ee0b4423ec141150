/** `sluice issuer ...`: issuers whose access tokens are taken besides the gateway's own. */
import { issuerList as list } from "#control-plane/issuers/list.ts";
import { issuerRemove as remove } from "#control-plane/issuers/remove.ts";
import { issuerTrust as trust } from "#control-plane/issuers/trust.ts";
import { type Command, table } from "./command.ts";
import { choice, text, texts } from "./flags.ts";
import { verbCommand } from "./verb-command.ts";

const issuerTrust = verbCommand(trust, {
  usage: [
    "--issuer <url> --audience <text> --jwks-url <url> [--algorithms ES256,PS256,EdDSA] [--token-type at+jwt|JWT] [--client-claim sub|client_id|azp]",
    "Its tokens count for clients made with --auth external_issuer --issuer <id> --subject <what the claim says>.",
  ],
  flags: {
    issuer: text("issuer"),
    audience: text("audience"),
    "jwks-url": text("jwks_url"),
    algorithms: texts("algorithms"),
    "token-type": choice("token_type", ["at+jwt", "JWT"]),
    "client-claim": choice("client_claim", ["sub", "client_id", "azp"]),
  },
  say: ({ id, issuer, audience }) => `Trusted ${id}: ${issuer} for ${audience}`,
});

const issuerList = verbCommand(list, {
  usage: [],
  say: ({ items }) =>
    items.length === 0
      ? "No other issuer is trusted."
      : table(
          ["ID", "ISSUER", "AUDIENCE", "KEYS", "ALGORITHMS", "TYPE", "CLAIM"],
          items.map((one) => [one.id, one.issuer, one.audience, one.jwks_url, one.algorithms.join(" "), one.token_type, one.client_claim]),
        ),
});

const issuerRemove = verbCommand(remove, {
  usage: ["<issuer id>"],
  words: { "issuer id": text("issuer") },
  say: ({ id, issuer }) => `Removed ${id}: ${issuer}`,
});

export const issuerCommands: readonly Command[] = [issuerTrust, issuerList, issuerRemove];
