/** `sluice client ...`: the OAuth clients of partners. */
import { clientChange as change } from "#control-plane/oauth-clients/change.ts";
import { clientCreate as create } from "#control-plane/oauth-clients/create.ts";
import { clientList as list } from "#control-plane/oauth-clients/list.ts";
import { clientResume as resume } from "#control-plane/oauth-clients/resume.ts";
import { clientRevoke as revoke } from "#control-plane/oauth-clients/revoke.ts";
import { clientRotateSecret as rotateSecret } from "#control-plane/oauth-clients/rotate-secret.ts";
import { clientSetKeys as setKeys } from "#control-plane/oauth-clients/set-keys.ts";
import { clientShow as show } from "#control-plane/oauth-clients/show.ts";
import { clientSuspend as suspend } from "#control-plane/oauth-clients/suspend.ts";
import type { Command } from "./command.ts";
import { choice, instant, instantOrNone, jsonObject, seconds, text, textOrNone, texts, textsOrNone } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const theClient = { "client id": text("client") };

const clientCreate = verbCommand(create, {
  usage: [
    "--partner <name|id> --env test|live --scopes <resource:action>[,...] [--auth client_secret|private_key_jwt|external_issuer] [--jwks <json>] [--jwks-url <url>] [--issuer <id>] [--subject <name>] [--label <text>] [--expires <date|90d>] [--allow-from <network>[,...]] [--api-version <date>]",
    'A client with a private key of its own registers the public one: --auth private_key_jwt --jwks "$(cat public-keys.json)", or --jwks-url.',
    "The secret goes to standard output, everything said about it to standard error.",
  ],
  flags: {
    partner: text("partner"),
    env: choice("environment", ["live", "test"]),
    scopes: texts("scopes"),
    auth: choice("auth", ["client_secret", "private_key_jwt", "external_issuer"]),
    jwks: jsonObject("jwks"),
    "jwks-url": text("jwks_url"),
    issuer: text("issuer"),
    subject: text("subject"),
    label: text("label"),
    expires: instant("expires_at"),
    "allow-from": texts("allow_from"),
    "api-version": text("api_version"),
  },
  remark: (client, plane) =>
    plane.notServed.has(client.environment)
      ? [`Until a URL is configured for the ${client.environment} environment, requests of this client are answered with 503.`]
      : [],
  say: (client, terminal) => {
    if (client.client_secret === null) return `Client ${client.id} for ${client.partner.name} (${client.environment})`;
    terminal.complain(`Client ${client.id} for ${client.partner.name} (${client.environment}). Its secret is shown only now:`);
    return client.client_secret;
  },
});

const clientList = listCommand(list, {
  usage: ["[--partner <name|id>]"],
  flags: { partner: text("partner") },
  none: "There are no OAuth clients.",
  columns: {
    "CLIENT ID": ({ id }) => id,
    PARTNER: ({ partner }) => partner.name,
    ENV: ({ environment }) => environment,
    STATE: ({ state }) => state,
    AUTH: ({ auth }) => auth,
    CREATED: ({ created_at }) => created_at,
    EXPIRES: ({ expires_at }) => expires_at ?? "",
    LABEL: ({ label }) => label ?? "",
    SCOPES: ({ scopes }) => scopes.join(" "),
  },
});

const clientShow = verbCommand(show, { usage: ["<client id>"], words: theClient, say: (client) => JSON.stringify(client, null, 2) });

const clientRotateSecret = verbCommand(rotateSecret, {
  usage: ["<client id> [--overlap 72h]", "The secret of before stays valid for the overlap, at most 30d; two are valid at once, and no more."],
  words: theClient,
  flags: { overlap: seconds("overlap_seconds") },
  say: (client, terminal) => {
    const before = client.secrets[1];
    const ends = before?.expires_at == null ? "" : ` The one of before ends at ${before.expires_at}.`;
    terminal.complain(`A new secret of ${client.id}.${ends} It is shown only now:`);
    return client.client_secret;
  },
});

const clientSetKeys = verbCommand(setKeys, {
  usage: ["<client id> --jwks <json> | --jwks-url <url>", "Keys of before count no more: name them again for as long as they are in use."],
  words: theClient,
  flags: { jwks: jsonObject("jwks"), "jwks-url": text("jwks_url") },
  say: ({ id, key_ids, jwks_url }) =>
    `${id} signs with ${jwks_url === null ? `the keys ${(key_ids ?? []).map((kid) => kid ?? "(no id)").join(", ")}` : `the keys at ${jwks_url}`}`,
});

const clientChange = verbCommand(change, {
  usage: [
    "<client id> [--scopes <resource:action>[,...]] [--allow-from <network>[,...]|none] [--api-version <date>] [--label <text>|none] [--expires <date|90d>|none]",
    "Scopes and networks that are given are all it has from then on.",
  ],
  words: theClient,
  flags: {
    scopes: texts("scopes"),
    "allow-from": textsOrNone("allow_from"),
    "api-version": text("api_version"),
    label: textOrNone("label"),
    expires: instantOrNone("expires_at"),
  },
  say: ({ id, partner }) => `Changed ${id} of ${partner.name}`,
});

const clientSuspend = verbCommand(suspend, { usage: ["<client id>"], words: theClient, say: ({ id, partner }) => `Suspended ${id} of ${partner.name}` });

const clientResume = verbCommand(resume, { usage: ["<client id>"], words: theClient, say: ({ id, partner }) => `Resumed ${id} of ${partner.name}` });

const clientRevoke = verbCommand(revoke, { usage: ["<client id>"], words: theClient, say: ({ id, partner }) => `Revoked ${id} of ${partner.name}` });

export const clientCommands: readonly Command[] = [
  clientCreate,
  clientList,
  clientShow,
  clientRotateSecret,
  clientSetKeys,
  clientChange,
  clientSuspend,
  clientResume,
  clientRevoke,
];
