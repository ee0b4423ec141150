/** `sluice key ...`: the API keys of partners. */
import type { z } from "zod";
import { keyChange } from "#control-plane/api-keys/change.ts";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { keyExpire } from "#control-plane/api-keys/expire.ts";
import { keyList } from "#control-plane/api-keys/list.ts";
import { keyResume } from "#control-plane/api-keys/resume.ts";
import { keyRevoke } from "#control-plane/api-keys/revoke.ts";
import { keyRotate } from "#control-plane/api-keys/rotate.ts";
import { keyShow, type shownKeyShape } from "#control-plane/api-keys/show.ts";
import { keySuspend } from "#control-plane/api-keys/suspend.ts";
import { type Command, facts, table } from "./command.ts";
import { accounts, choice, instant, instantOrNone, seconds, text, textOrNone, texts, textsOrNone } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const named = { "key id": text("key") };
const keyIdRemark = "The key id is the third part of the key, e.g. 4fT0aZ91bQxy in slc_live_4fT0aZ91bQxy_...";

export const keyCommands: readonly Command[] = [
  verbCommand(keyCreate, {
    usage: [
      "--partner <name|id> [--account live|test:<number>] --env test|live --scopes <resource:action>[,...] [--label <text>] [--expires <date|90d>] [--allow-from <network>[,...]] [--api-version <date>]",
      "With --account live:<number> the partner of that name is registered first, where there is none, or given the account.",
      "With --allow-from the key works from these addresses and networks only, e.g. 203.0.113.0/24,2001:db8::/32.",
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
  }),
  listCommand(keyList, {
    usage: ["[--partner <name|id>]"],
    flags: { partner: text("partner") },
    columns: {
      "KEY ID": ({ id }) => id,
      PARTNER: ({ partner }) => partner.name,
      ENV: ({ environment }) => environment,
      STATE: ({ state, partner }) => (partner.state === "suspended" && state === "active" ? "suspended" : state),
      CREATED: ({ created_at }) => created_at,
      EXPIRES: ({ expires_at }) => expires_at ?? "",
      LABEL: ({ label }) => label ?? "",
      SCOPES: ({ scopes }) => scopes.join(" "),
    },
  }),
  verbCommand(keyShow, {
    usage: ["<key id>", "With all versions of it, when each was last used and from where; what is not used any more can be revoked."],
    words: named,
    say: shownInWords,
  }),
  verbCommand(keyRotate, {
    usage: [
      "<key id> [--overlap <72h>] [--expires <date|90d>]",
      "The old key goes on to work for the overlap: 72h without it, 30d at most, 0s to end it now.",
      "The new key goes to standard output, everything said about it to standard error.",
    ],
    words: named,
    flags: { overlap: seconds("overlap_seconds"), expires: instant("expires_at") },
    say: (key, terminal) => {
      terminal.complain(`Key ${key.id} for ${key.partner.name} (${key.environment}) replaces ${key.replaces}. It is shown only now:`);
      return key.key;
    },
  }),
  verbCommand(keyExpire, {
    usage: ["<key id> --at <date|90d>|none"],
    words: named,
    flags: { at: instantOrNone("expires_at") },
    say: ({ id, expires_at }) => (expires_at === null ? `${id} does not expire` : `${id} expires ${expires_at}`),
  }),
  verbCommand(keyChange, {
    usage: [
      "<key id> [--scopes <resource:action>[,...]] [--allow-from <network>[,...]|none] [--api-version <date>] [--label <text>|none]",
      "Scopes and networks that are given are all it has from then on.",
    ],
    words: named,
    flags: { scopes: texts("scopes"), "allow-from": textsOrNone("allow_from"), "api-version": text("api_version"), label: textOrNone("label") },
    say: ({ id, partner }) => `Changed ${id} of ${partner.name}`,
  }),
  verbCommand(keySuspend, { usage: ["<key id>"], words: named, say: ({ id, partner }) => `Suspended ${id} of ${partner.name}` }),
  verbCommand(keyResume, { usage: ["<key id>"], words: named, say: ({ id, partner }) => `Resumed ${id} of ${partner.name}` }),
  verbCommand(keyRevoke, { usage: ["<key id>", keyIdRemark], words: named, say: ({ id, partner }) => `Revoked ${id} of ${partner.name}` }),
];

function shownInWords(key: z.output<typeof shownKeyShape>): string {
  const about = facts([
    ["Key", key.id],
    ["Partner", `${key.partner.name} (${key.partner.id})${key.partner.state === "suspended" ? ", suspended" : ""}`],
    ["Environment", key.environment],
    ["State", key.state],
    ["Label", key.label],
    ["Scopes", key.scopes.join(" ")],
    ["Version", key.api_version],
    ["Allowed from", key.allow_from?.join(" ") ?? "anywhere"],
    ["Created", key.created_at],
    ["Expires", key.expires_at],
    ["Replaces", key.replaces],
    ["Replaced by", key.replaced_by],
  ]);
  const versions = key.versions.map((version) => [
    version.id,
    version.state,
    version.created_at,
    version.expires_at ?? "",
    version.last_use?.at ?? "never",
    version.last_use?.address ?? "",
  ]);
  return `${about}\n\n${table(["VERSION", "STATE", "CREATED", "EXPIRES", "LAST USED", "FROM"], versions)}`;
}
