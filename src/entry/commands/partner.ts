/** `sluice partner ...`: the companies that call the gateway. */
import { partnerAddAccount } from "#control-plane/partners/add-account.ts";
import { partnerChange } from "#control-plane/partners/change.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { partnerList } from "#control-plane/partners/list.ts";
import type { PartnerJson } from "#control-plane/partners/partner-json.ts";
import { partnerRemove } from "#control-plane/partners/remove.ts";
import { partnerRemoveAccount } from "#control-plane/partners/remove-account.ts";
import { partnerResume } from "#control-plane/partners/resume.ts";
import { partnerShow } from "#control-plane/partners/show.ts";
import { partnerSuspend } from "#control-plane/partners/suspend.ts";
import { type Command, facts } from "./command.ts";
import { accounts, text, textOrNone } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

const named = { "partner's name or id": text("partner") };

export const partnerCommands: readonly Command[] = [
  verbCommand(partnerCreate, {
    usage: [
      "--name <name> [--account live:<number>]... [--account test:<number>]... [--note <text>]",
      "An account is the partner's customer number in the ERP of that environment.",
    ],
    flags: { name: text("name"), account: accounts("accounts"), note: text("note") },
    say: ({ id, name }) => `Created ${id}: ${name}`,
  }),
  listCommand(partnerList, {
    usage: [],
    columns: { ID: ({ id }) => id, NAME: ({ name }) => name, ACCOUNTS: accountsOf, STATE: ({ state }) => state },
  }),
  verbCommand(partnerShow, {
    usage: ["<name|id>"],
    words: named,
    say: (partner) =>
      facts([
        ["Partner", partner.id],
        ["Name", partner.name],
        ["State", partner.suspended_at === null ? partner.state : `suspended since ${partner.suspended_at}`],
        ["Accounts", accountsOf(partner) || "none"],
        ["Created", partner.created_at],
        ["Note", partner.note],
      ]),
  }),
  verbCommand(partnerChange, {
    usage: ["<name|id> [--name <new name>] [--note <text>|none]"],
    words: named,
    flags: { name: text("name"), note: textOrNone("note") },
    say: ({ id, name }) => `${id} is now ${name}`,
  }),
  verbCommand(partnerAddAccount, {
    usage: ["--partner <name|id> --account live:<number>..."],
    flags: { partner: text("partner"), account: accounts("accounts") },
    say: accountsInWords,
  }),
  verbCommand(partnerRemoveAccount, {
    usage: ["--partner <name|id> --account live:<number>...", "From then on its keys do not see what is filed under that number."],
    flags: { partner: text("partner"), account: accounts("accounts") },
    say: accountsInWords,
  }),
  verbCommand(partnerSuspend, {
    usage: ["<name|id>"],
    words: named,
    say: ({ name }) => `Suspended ${name}: none of its credentials is accepted until it is resumed`,
  }),
  verbCommand(partnerResume, { usage: ["<name|id>"], words: named, say: ({ name }) => `Resumed ${name}` }),
  verbCommand(partnerRemove, {
    usage: ["<name|id>", "Its keys go with it. What was done to both stays in the audit records."],
    words: named,
    say: ({ id, name }) => `Removed ${id}: ${name}`,
  }),
];

function accountsInWords(partner: PartnerJson): string {
  return `${partner.name} has ${accountsOf(partner) || "no account"}`;
}

function accountsOf(partner: PartnerJson): string {
  return partner.accounts.map(({ environment, account }) => `${environment}:${account}`).join(" ");
}
