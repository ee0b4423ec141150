/** `sluice endpoint ...`: where partners receive events. */
import { endpointCreate as create } from "#control-plane/endpoints/create.ts";
import { endpointDelete as remove } from "#control-plane/endpoints/delete.ts";
import { endpointList as list } from "#control-plane/endpoints/list.ts";
import { endpointResume as resume } from "#control-plane/endpoints/resume.ts";
import { endpointRotateSecret as rotateSecret } from "#control-plane/endpoints/rotate-secret.ts";
import { endpointShow as show } from "#control-plane/endpoints/show.ts";
import { endpointSuspend as suspend } from "#control-plane/endpoints/suspend.ts";
import { endpointTest as test } from "#control-plane/endpoints/test.ts";
import { endpointUpdate as update } from "#control-plane/endpoints/update.ts";
import { endpointVerify as verify } from "#control-plane/endpoints/verify.ts";
import { type Command, exitCodes } from "./command.ts";
import { choice, seconds, text, textOrNone, texts } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const theEndpoint = { "endpoint id": text("endpoint") };
const signatures = ["hmac", "ed25519"] as const;

const endpointCreate = verbCommand(create, {
  usage: [
    "--partner <name|id> --env test|live --url <url> --types <type>[,...]|* --scopes <resource:action>[,...]|--key <key id> [--signature hmac|ed25519] [--api-version <date>] [--description <text>]",
    "Its events show what the scopes may read; --key takes those of a key, and its version.",
    "The secret goes to standard output, everything said about it to standard error.",
  ],
  flags: {
    partner: text("partner"),
    env: choice("environment", ["live", "test"]),
    url: text("url"),
    types: texts("types"),
    scopes: texts("scopes"),
    key: text("key"),
    signature: choice("signature", signatures),
    "api-version": text("api_version"),
    description: text("description"),
  },
  say: ({ id, partner, environment, secret, secrets }, terminal) => {
    terminal.complain(`Endpoint ${id} of ${partner.name} (${environment}). It is sent nothing until it has answered a challenge: sluice endpoint verify ${id}`);
    if (secret === null) return secrets[0]?.public_key ?? "";
    terminal.complain("Its secret is shown only now:");
    return secret;
  },
});

const endpointList = listCommand(list, {
  usage: ["[--partner <name|id>] [--env test|live]"],
  flags: { partner: text("partner"), env: choice("environment", ["live", "test"]) },
  none: "There are no webhook endpoints.",
  columns: {
    "ENDPOINT ID": ({ id }) => id,
    PARTNER: ({ partner }) => partner.name,
    ENV: ({ environment }) => environment,
    STATE: ({ state }) => state,
    "FAILING SINCE": ({ failing_since }) => failing_since ?? "",
    URL: ({ url }) => url,
    TYPES: ({ types }) => types.join(" "),
  },
});

const endpointShow = verbCommand(show, { usage: ["<endpoint id>"], words: theEndpoint, say: (endpoint) => JSON.stringify(endpoint, null, 2) });

const endpointUpdate = verbCommand(update, {
  usage: [
    "<endpoint id> [--url <url>] [--types <type>[,...]|*] [--api-version <date>] [--description <text>|none]",
    "Types that are given are all it receives from then on. Another URL has to be verified; what happens until then is held.",
  ],
  words: theEndpoint,
  flags: { url: text("url"), types: texts("types"), "api-version": text("api_version"), description: textOrNone("description") },
  say: ({ id, partner, state, state_reason: reason }) => `Changed ${id} of ${partner.name}: ${state}${reason === null ? "" : `. ${reason}`}`,
});

const endpointVerify = verbCommand(verify, {
  usage: ["<endpoint id>"],
  words: theEndpoint,
  say: ({ id, partner, state }) => `${id} of ${partner.name} has answered its challenge: ${state}`,
});

const endpointTest = verbCommand(test, {
  usage: ["<endpoint id> [--type <type>]"],
  words: theEndpoint,
  flags: { type: text("type") },
  say: ({ delivered, status, ms, detail, answer, event }) =>
    [
      `${String(event["type"])} ${String(event["id"])}: ${delivered ? `taken with ${status}` : (detail ?? "failed")} in ${ms} ms`,
      ...(answer === null || answer === "" ? [] : [answer]),
    ].join("\n"),
  exitCode: ({ delivered }) => (delivered ? exitCodes.done : exitCodes.refused),
});

const endpointRotateSecret = verbCommand(rotateSecret, {
  usage: [
    "<endpoint id> [--overlap 72h] [--signature hmac|ed25519]",
    "Webhooks carry the signatures of both secrets for the overlap, at most 30d; two at once, and no more.",
  ],
  words: theEndpoint,
  flags: { overlap: seconds("overlap_seconds"), signature: choice("signature", signatures) },
  say: ({ id, secret, secrets }, terminal) => {
    const [latest, before] = secrets;
    const ends = before?.expires_at == null ? "" : ` The one of before ends at ${before.expires_at}.`;
    terminal.complain(secret === null ? `The new public key of ${id}.${ends}` : `A new secret of ${id}.${ends} It is shown only now:`);
    return secret ?? latest?.public_key ?? "";
  },
});

const endpointSuspend = verbCommand(suspend, { usage: ["<endpoint id>"], words: theEndpoint, say: ({ id, partner }) => `Suspended ${id} of ${partner.name}` });

const endpointResume = verbCommand(resume, { usage: ["<endpoint id>"], words: theEndpoint, say: ({ id, partner }) => `Resumed ${id} of ${partner.name}` });

const endpointDelete = verbCommand(remove, { usage: ["<endpoint id>"], words: theEndpoint, say: ({ id, partner }) => `Deleted ${id} of ${partner.name}` });

export const endpointCommands: readonly Command[] = [
  endpointCreate,
  endpointList,
  endpointShow,
  endpointUpdate,
  endpointVerify,
  endpointTest,
  endpointRotateSecret,
  endpointSuspend,
  endpointResume,
  endpointDelete,
];
