/** `sluice key ...`: the API keys of partners. */
import { z } from "zod";
import { type CreateKey, createKey, type KeyCreated, reasonsAgainstKey } from "#control-plane/api-keys/create.ts";
import type { ApiKey } from "#control-plane/api-keys/key-records.ts";
import { listKeys } from "#control-plane/api-keys/list.ts";
import { revokeKey } from "#control-plane/api-keys/revoke.ts";
import { ensurePartner } from "#control-plane/partners/ensure.ts";
import type { PartnerAccount } from "#control-plane/partners/partner-records.ts";
import type { ControlPlane } from "../control-plane.ts";
import { withControlPlane } from "../open-store.ts";
import { type Command, exitCodes, jsonOption, projectOption, refuse, table } from "./command.ts";
import { account, environment, json, list, moment, parseOptions, project } from "./options.ts";

export const keyCreate: Command = {
  name: "key create",
  summary: "Issue an API key; it is shown once",
  usage: [
    "--partner <name|id> [--account live|test:<number>] --env test|live --scopes <resource:action>[,...] [--label <text>] [--expires <date|90d>] [--api-version <date>]",
    "With --account live:<number> the partner of that name is registered first, where there is none, or given the account.",
    "The key goes to standard output, everything said about it to standard error: KEY=$(sluice key create ...).",
  ],
  options: {
    partner: { type: "string" },
    account: { type: "string", multiple: true },
    env: { type: "string" },
    scopes: { type: "string", multiple: true },
    label: { type: "string" },
    expires: { type: "string" },
    "api-version": { type: "string" },
    ...projectOption,
    ...jsonOption,
  },
  run: (input, terminal) => {
    const typed = parseOptions(
      z.object({
        partner: z.string(),
        account: z.array(account).default([]),
        env: environment,
        scopes: list,
        label: z.string().optional(),
        expires: moment.optional(),
        "api-version": z.string().optional(),
        project,
        json,
      }),
      input,
    );
    return withControlPlane({ ...terminal, project: typed.project }, async (plane) => {
      const now = Date.now();
      const wanted = {
        partner: typed.partner,
        environment: typed.env,
        scopes: typed.scopes,
        label: typed.label,
        expiresAt: typed.expires?.(now),
        apiVersion: typed["api-version"],
      };
      const result = await createKeyFor(plane, wanted, typed.account, now);
      if (result.kind === "refused") return refuse(terminal, result.reasons);
      if (plane.notServed.has(typed.env))
        terminal.complain(`Until a URL is configured for the ${typed.env} environment, requests with this key are answered with 503.`);
      if (!typed.json) terminal.complain(`Key ${result.key.kid} for ${result.key.partnerName} (${result.key.environment}). It is shown only now:`);
      terminal.say(typed.json ? JSON.stringify({ ...toJson(result.key, now), key: result.token }) : result.token);
      return exitCodes.done;
    });
  },
};

/** Registers nobody for a key that would be refused. */
async function createKeyFor(plane: ControlPlane, wanted: CreateKey, accounts: readonly PartnerAccount[], now: number): Promise<KeyCreated> {
  if (accounts.length > 0) {
    const reasons = reasonsAgainstKey(plane, wanted, now);
    if (reasons.length > 0) return { kind: "refused", reasons };
    const ensured = await ensurePartner(plane.partners, wanted.partner, accounts, now);
    if (ensured.kind === "refused") return ensured;
  }
  return createKey(plane, wanted, now);
}

export const keyList: Command = {
  name: "key list",
  summary: "List the API keys, newest first",
  usage: ["[--partner <name|id>]"],
  options: { partner: { type: "string" }, ...projectOption, ...jsonOption },
  run: (input, terminal) => {
    const typed = parseOptions(z.object({ partner: z.string().optional(), project, json }), input);
    return withControlPlane({ ...terminal, project: typed.project }, async (plane) => {
      const result = await listKeys(plane, typed.partner);
      if (result.kind === "refused") return refuse(terminal, result.reasons);
      const now = Date.now();
      const rows = result.keys.map((key) => [
        key.kid,
        key.partnerName,
        key.environment,
        stateOf(key, now),
        iso(key.createdAt) ?? "",
        key.label ?? "",
        key.scopes.join(" "),
      ]);
      const text = table(["KEY ID", "PARTNER", "ENV", "STATE", "CREATED", "LABEL", "SCOPES"], rows);
      terminal.say(typed.json ? JSON.stringify(result.keys.map((key) => toJson(key, now))) : text);
      return exitCodes.done;
    });
  },
};

export const keyRevoke: Command = {
  name: "key revoke",
  summary: "Revoke an API key now and for good",
  usage: ["<key id>", "The key id is the third part of the key, e.g. 4fT0aZ91bQxy in slc_live_4fT0aZ91bQxy_..."],
  options: { ...projectOption, ...jsonOption },
  words: ["key id"],
  run: (input, terminal) => {
    const typed = parseOptions(z.object({ project, json }), input);
    return withControlPlane({ ...terminal, project: typed.project }, async (plane) => {
      const now = Date.now();
      const result = await revokeKey(plane.keys, input.words[0] ?? "", now);
      if (result.kind === "refused") return refuse(terminal, result.reasons);
      terminal.say(typed.json ? JSON.stringify(toJson(result.key, now)) : `Revoked ${result.key.kid} of ${result.key.partnerName}`);
      return exitCodes.done;
    });
  },
};

function stateOf(key: ApiKey, now: number): string {
  if (key.revokedAt !== undefined) return "revoked";
  if (key.expiresAt !== undefined && key.expiresAt <= now) return "expired";
  return key.suspendedAt === undefined ? "active" : "suspended";
}

function toJson(key: ApiKey, now: number) {
  return {
    id: key.kid,
    partner: { id: key.partner, name: key.partnerName },
    environment: key.environment,
    state: stateOf(key, now),
    scopes: key.scopes,
    api_version: key.apiVersion,
    label: key.label ?? null,
    created_at: iso(key.createdAt),
    expires_at: iso(key.expiresAt),
    revoked_at: iso(key.revokedAt),
  };
}

function iso(moment: number | undefined): string | null {
  return moment === undefined ? null : new Date(moment).toISOString();
}
