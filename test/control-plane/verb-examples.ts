/** An input for each verb that does what the verb is for: tests that walk the table of verbs perform it. */
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { keySuspend } from "#control-plane/api-keys/suspend.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { limitCreate } from "#control-plane/limits/create.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { partnerSuspend } from "#control-plane/partners/suspend.ts";
import { perform } from "#control-plane/perform.ts";
import type { Asking, Verb } from "#control-plane/verb.ts";
import type { JsonObject } from "#lib/json.ts";
import { did } from "../support/control-plane.ts";

/** Stands in inputs where somebody may type a secret; no audit record may hold it. */
export const plantedSecret = "planted-secret-Zq81";

export interface Made {
  readonly plane: ControlPlane;
  readonly asking: Asking;
  /** The id of a new partner with the account live:C1. */
  partner(): Promise<string>;
  /** The id of a new key of a new partner. */
  key(): Promise<string>;
}

/** By the verb's name. What has to be there first is made with `made`. */
export const verbExamples: Readonly<Record<string, (made: Made) => Promise<JsonObject>>> = {
  "partner.create": async () => ({ name: freshName(), accounts: [{ environment: "live", account: "C1" }] }),
  "partner.list": async () => ({}),
  "partner.show": async ({ partner }) => ({ partner: await partner() }),
  "partner.change": async ({ partner }) => ({ partner: await partner(), name: freshName(), note: "moved" }),
  "partner.add-account": async ({ partner }) => ({ partner: await partner(), accounts: [{ environment: "test", account: "T1" }] }),
  "partner.remove-account": async ({ partner }) => ({ partner: await partner(), accounts: [{ environment: "live", account: "C1" }] }),
  "partner.suspend": async ({ partner }) => ({ partner: await partner() }),
  "partner.resume": async (made) => ({ partner: await after(made, partnerSuspend, { partner: await made.partner() }) }),
  "partner.remove": async ({ partner }) => ({ partner: await partner() }),
  "key.create": async ({ partner }) => ({ partner: await partner(), environment: "live", scopes: ["orders:read"] }),
  "key.list": async () => ({}),
  "key.show": async ({ key }) => ({ key: await key() }),
  "key.rotate": async ({ key }) => ({ key: await key() }),
  "key.expire": async ({ key, asking }) => ({ key: await key(), expires_at: new Date(asking.now + 1_000).toISOString() }),
  "key.change": async ({ key }) => ({ key: await key(), scopes: ["products:read"], allow_from: ["10.0.0.0/8"] }),
  "key.suspend": async ({ key }) => ({ key: await key() }),
  "key.resume": async (made) => ({ key: await after(made, keySuspend, { key: await made.key() }) }),
  "key.revoke": async ({ key }) => ({ key: await key() }),
  "limit.create": async () => ({ plan: freshPlan(), burst_quota: 10, burst_seconds: 1, daily_quota: 100, inflight: 2 }),
  "limit.list": async () => ({}),
  "limit.show": async () => ({ plan: "default" }),
  "limit.update": async (made) => ({ plan: await after(made, limitCreate, { plan: freshPlan() }), monthly_quota: 1_000 }),
  "limit.remove": async (made) => ({ plan: await after(made, limitCreate, { plan: freshPlan() }) }),
  "limit.assign": async (made) => ({ plan: await after(made, limitCreate, { plan: freshPlan() }), partner: await made.partner(), environment: "live" }),
  "limit.override": async ({ key }) => ({ key: await key(), burst_quota: 5, burst_seconds: 1 }),
  "audit.list": async () => ({}),
  "audit.verify": async () => ({}),
};

export function maker(plane: ControlPlane, asking: Asking): Made {
  const partner = async (): Promise<string> =>
    (await did(perform(plane, partnerCreate, { name: freshName(), accounts: [{ environment: "live", account: "C1" }] }, asking))).id;
  const key = async (): Promise<string> =>
    (await did(perform(plane, keyCreate, { partner: await partner(), environment: "live", scopes: ["orders:read"] }, asking))).id;
  return { plane, asking, partner, key };
}

function freshPlan(): string {
  return `plan-${crypto.randomUUID().slice(0, 8)}`;
}

function freshName(): string {
  return `Partner ${crypto.randomUUID()}`;
}

/** Performs a verb on the thing that the input names, and answers its id. */
async function after(made: Made, verb: Verb, input: Readonly<Record<string, string>>): Promise<string> {
  await did(perform(made.plane, verb, input, made.asking));
  return Object.values(input)[0] ?? "";
}
