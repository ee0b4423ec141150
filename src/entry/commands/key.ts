/** `sluice key ...`: the API keys of partners. */
import { keyCreate as create } from "#control-plane/api-keys/create.ts";
import { keyList as list } from "#control-plane/api-keys/list.ts";
import { keyRevoke as revoke } from "#control-plane/api-keys/revoke.ts";
import { accounts, choice, instant, text, texts } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const keyIdRemark = "The key id is the third part of the key, e.g. 4fT0aZ91bQxy in slc_live_4fT0aZ91bQxy_...";

export const keyCreate = verbCommand(create, {
  usage: [
    "--partner <name|id> [--account live|test:<number>] --env test|live --scopes <resource:action>[,...] [--label <text>] [--expires <date|90d>] [--allow-from <network>[,...]] [--api-version <date>]",
    "With --account live:<number> the partner of that name is registered first, where there is none, or given the account.",
    "The key goes to standard output, everything said about it to standard error: KEY=$(sluice key create ...).",
  ],
  flags: {
    partner: text("partner"),
    account: accounts("accounts"),
    env: choice("environment", ["live", "test"]),
    scopes: texts("scopes"),
    label: text("label"),
    expires: instant("expires_at"),
    "allow-from": texts("allow_from"),
    "api-version": text("api_version"),
  },
  remark: (key, plane) =>
    plane.notServed.has(key.environment)
      ? [`Until a URL is configured for the ${key.environment} environment, requests with this key are answered with 503.`]
      : [],
  say: (key, terminal) => {
    terminal.complain(`Key ${key.id} for ${key.partner.name} (${key.environment}). It is shown only now:`);
    return key.key;
  },
});

export const keyList = listCommand(list, {
  usage: ["[--partner <name|id>]"],
  flags: { partner: text("partner") },
  columns: {
    "KEY ID": ({ id }) => id,
    PARTNER: ({ partner }) => partner.name,
    ENV: ({ environment }) => environment,
    STATE: ({ state }) => state,
    CREATED: ({ created_at }) => created_at,
    EXPIRES: ({ expires_at }) => expires_at ?? "",
    LABEL: ({ label }) => label ?? "",
    SCOPES: ({ scopes }) => scopes.join(" "),
  },
});

export const keyRevoke = verbCommand(revoke, {
  usage: ["<key id>", keyIdRemark],
  words: { "key id": text("key") },
  say: ({ id, partner }) => `Revoked ${id} of ${partner.name}`,
});
