/** `sluice partner ...`: the companies that call the gateway. */
import { partnerAddAccount as addAccount } from "#control-plane/partners/add-account.ts";
import { partnerCreate as create } from "#control-plane/partners/create.ts";
import { partnerList as list } from "#control-plane/partners/list.ts";
import type { PartnerJson } from "#control-plane/partners/partner-json.ts";
import { accounts, text } from "./flags.ts";
import { listCommand, verbCommand } from "./verb-command.ts";

export const partnerCreate = verbCommand(create, {
  usage: [
    "--name <name> [--account live:<number>]... [--account test:<number>]... [--note <text>]",
    "An account is the partner's customer number in the ERP of that environment.",
  ],
  flags: { name: text("name"), account: accounts("accounts"), note: text("note") },
  say: ({ id, name }) => `Created ${id}: ${name}`,
});

export const partnerAddAccount = verbCommand(addAccount, {
  usage: ["--partner <name|id> --account live:<number>..."],
  flags: { partner: text("partner"), account: accounts("accounts") },
  say: accountsInWords,
});

export const partnerList = listCommand(list, {
  usage: [],
  columns: { ID: ({ id }) => id, NAME: ({ name }) => name, ACCOUNTS: accountsOf, STATE: ({ state }) => state },
});

function accountsInWords(partner: PartnerJson): string {
  return `${partner.name} has ${accountsOf(partner) || "no account"}`;
}

function accountsOf(partner: PartnerJson): string {
  return partner.accounts.map(({ environment, account }) => `${environment}:${account}`).join(" ");
}
