/** `sluice partner ...`: the companies that call the gateway. */
import { z } from "zod";
import { addAccount } from "#control-plane/partners/add-account.ts";
import { createPartner } from "#control-plane/partners/create.ts";
import { listPartners } from "#control-plane/partners/list.ts";
import type { Partner } from "#control-plane/partners/partner-records.ts";
import { withControlPlane } from "../open-store.ts";
import { type Command, exitCodes, jsonOption, projectOption, refuse, table } from "./command.ts";
import { account, json, parseOptions, project } from "./options.ts";

const accountOption = { account: { type: "string", multiple: true } } as const;

export const partnerCreate: Command = {
  name: "partner create",
  summary: "Register a company as a partner",
  usage: [
    "--name <name> [--account live:<number>]... [--account test:<number>]...",
    "An account is the partner's customer number in the ERP of that environment.",
  ],
  options: { name: { type: "string" }, ...accountOption, ...projectOption, ...jsonOption },
  run: (input, terminal) => {
    const typed = parseOptions(z.object({ name: z.string(), account: z.array(account).default([]), project, json }), input);
    return withControlPlane({ ...terminal, project: typed.project }, async (plane) => {
      const result = await createPartner(plane.partners, { name: typed.name, accounts: typed.account }, Date.now());
      if (result.kind === "refused") return refuse(terminal, result.reasons);
      terminal.say(typed.json ? JSON.stringify(toJson(result.partner)) : `Created ${result.partner.id}: ${result.partner.name}`);
      return exitCodes.done;
    });
  },
};

export const partnerAddAccount: Command = {
  name: "partner add-account",
  summary: "Give a partner a further account number in the ERP",
  usage: ["--partner <name|id> --account live:<number>..."],
  options: { partner: { type: "string" }, ...accountOption, ...projectOption, ...jsonOption },
  run: (input, terminal) => {
    const typed = parseOptions(z.object({ partner: z.string(), account: z.array(account), project, json }), input);
    return withControlPlane({ ...terminal, project: typed.project }, async (plane) => {
      const result = await addAccount(plane.partners, typed.partner, typed.account);
      if (result.kind === "refused") return refuse(terminal, result.reasons);
      terminal.say(typed.json ? JSON.stringify(toJson(result.partner)) : `${result.partner.name} has ${accountsOf(result.partner)}`);
      return exitCodes.done;
    });
  },
};

export const partnerList: Command = {
  name: "partner list",
  summary: "List the partners",
  usage: [],
  options: { ...projectOption, ...jsonOption },
  run: (input, terminal) => {
    const typed = parseOptions(z.object({ project, json }), input);
    return withControlPlane({ ...terminal, project: typed.project }, async (plane) => {
      const partners = await listPartners(plane.partners);
      const rows = partners.map((partner) => [partner.id, partner.name, accountsOf(partner)]);
      terminal.say(typed.json ? JSON.stringify(partners.map(toJson)) : table(["ID", "NAME", "ACCOUNTS"], rows));
      return exitCodes.done;
    });
  },
};

function accountsOf(partner: Partner): string {
  return partner.accounts.map(({ environment, account }) => `${environment}:${account}`).join(" ");
}

function toJson({ id, name, accounts, createdAt }: Partner) {
  return { id, name, accounts, created_at: new Date(createdAt).toISOString() };
}
