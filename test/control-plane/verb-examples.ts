/** An input for each verb that does what the verb is for: tests that walk the table of verbs perform it. */
import { sql } from "kysely";
import { afterAll } from "vitest";
import { keyCreate } from "#control-plane/api-keys/create.ts";
import { keySuspend } from "#control-plane/api-keys/suspend.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { endpointCreate } from "#control-plane/endpoints/create.ts";
import { endpointSuspend } from "#control-plane/endpoints/suspend.ts";
import { endpointVerify } from "#control-plane/endpoints/verify.ts";
import { issuerTrust } from "#control-plane/issuers/trust.ts";
import { limitCreate } from "#control-plane/limits/create.ts";
import { clientCreate } from "#control-plane/oauth-clients/create.ts";
import { clientSuspend } from "#control-plane/oauth-clients/suspend.ts";
import { operatorCreate } from "#control-plane/operators/create.ts";
import { partnerCreate } from "#control-plane/partners/create.ts";
import { partnerSuspend } from "#control-plane/partners/suspend.ts";
import { perform } from "#control-plane/perform.ts";
import { newSigningKey } from "#control-plane/signing-keys/new-signing-key.ts";
import type { Asking, Verb } from "#control-plane/verb.ts";
import { envelopes } from "#lib/envelope.ts";
import type { JsonObject } from "#lib/json.ts";
import type { Store } from "#store/connect.ts";
import { did, otherSecret } from "../support/control-plane.ts";
import { answersChallenges } from "../support/receivers/answers-challenges.ts";
import { type Receiver, startReceiver } from "../support/receivers/receiver.ts";

/** Stands in inputs where somebody may type a secret; no audit record may hold it. */
export const plantedSecret = "planted-secret-Zq81";

/** The id of an event that is there. */
export const exampleEvent = "evt_0123456789012345678901";

export interface Made {
  readonly plane: ControlPlane;
  readonly asking: Asking;
  /** The id of a new partner with the account live:C1. */
  partner(): Promise<string>;
  /** The id of a new key of a new partner. */
  key(): Promise<string>;
  /** The id of a new OAuth client of a new partner. */
  client(terms?: JsonObject): Promise<string>;
  /** The name of a new plan of limits. */
  plan(): Promise<string>;
  /** The id of a new webhook endpoint of a new partner, which would answer a challenge. */
  endpoint(): Promise<string>;
  /** A delivery to a new webhook endpoint that was given up. */
  delivery(): Promise<{ readonly endpoint: string; readonly event: string }>;
  /** The id of an issuer that is trusted from now on. */
  issuer(): Promise<string>;
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
  "client.create": async ({ partner }) => ({ partner: await partner(), environment: "live", scopes: ["orders:read"] }),
  "client.list": async () => ({}),
  "client.show": async ({ client }) => ({ client: await client() }),
  "client.rotate-secret": async ({ client }) => ({ client: await client() }),
  "client.set-keys": async ({ client }) => ({ client: await client({ auth: "private_key_jwt", jwks: publicKeys }), jwks_url: "https://partner.example/keys" }),
  "client.change": async ({ client }) => ({ client: await client(), scopes: ["products:read"], allow_from: ["10.0.0.0/8"] }),
  "client.suspend": async ({ client }) => ({ client: await client() }),
  "client.resume": async (made) => ({ client: await after(made, clientSuspend, { client: await made.client() }) }),
  "client.revoke": async ({ client }) => ({ client: await client() }),
  "issuer.trust": async () => issuerTerms(),
  "issuer.list": async () => ({}),
  "issuer.remove": async ({ issuer }) => ({ issuer: await issuer() }),
  "signing-key.list": async () => ({}),
  "signing-key.rotate": async () => ({ compromised: true }),
  "secret.rewrap": async ({ plane }) => {
    const sealedBefore = await newSigningKey(envelopes({ current: otherSecret, others: [] }));
    await plane.records.signingKeys.add({ ...sealedBefore, withdrawOthers: true });
    return {};
  },
  "limit.create": async () => ({ plan: freshPlan(), burst_quota: 10, burst_seconds: 1 }),
  "limit.list": async () => ({}),
  "limit.show": async ({ plan }) => ({ plan: await plan() }),
  "limit.update": async ({ plan }) => ({ plan: await plan(), inflight: 5 }),
  "limit.remove": async ({ plan }) => ({ plan: await plan() }),
  "limit.assign": async ({ partner, plan }) => ({ partner: await partner(), environment: "live", plan: await plan() }),
  "limit.override": async ({ key }) => ({ key: await key(), burst_quota: 10, burst_seconds: 1 }),
  "endpoint.create": async ({ partner }) => endpointTerms(await partner()),
  "endpoint.list": async () => ({}),
  "endpoint.show": async ({ endpoint }) => ({ endpoint: await endpoint() }),
  "endpoint.update": async ({ endpoint }) => ({ endpoint: await endpoint(), types: ["order.placed"], description: "moved" }),
  "endpoint.verify": async ({ endpoint }) => ({ endpoint: await endpoint() }),
  "endpoint.test": async (made) => ({ endpoint: await after(made, endpointVerify, { endpoint: await made.endpoint() }), type: "order.shipped" }),
  "endpoint.rotate-secret": async ({ endpoint }) => ({ endpoint: await endpoint(), overlap_seconds: 60 }),
  "endpoint.suspend": async (made) => ({ endpoint: await after(made, endpointVerify, { endpoint: await made.endpoint() }) }),
  "endpoint.resume": async (made) => ({
    endpoint: await after(made, endpointSuspend, { endpoint: await after(made, endpointVerify, { endpoint: await made.endpoint() }) }),
  }),
  "delivery.account": async ({ endpoint }) => ({ endpoint: await endpoint() }),
  "delivery.list": async ({ endpoint }) => ({ endpoint: await endpoint() }),
  "delivery.show": async ({ delivery }) => await delivery(),
  "delivery.resend": async ({ delivery }) => await delivery(),
  "delivery.resend-many": async ({ delivery }) => ({ endpoint: (await delivery()).endpoint, states: ["dead"] }),
  "delivery.skip": async ({ delivery }) => await delivery(),
  "endpoint.delete": async ({ endpoint }) => ({ endpoint: await endpoint() }),
  "operator.create": async () => ({ name: freshName(), role: "viewer" }),
  "operator.list": async () => ({}),
  "operator.revoke": async (made) => ({ operator: (await did(perform(made.plane, operatorCreate, { name: freshName(), role: "admin" }, made.asking))).id }),
  "event.list": async ({ partner }) => ({ partner: await partner(), resource: "orders", resource_id: "0000100204" }),
  "event.show": async () => ({ event: exampleEvent }),
  "event.lag": async () => ({}),
  "usage.show": async ({ partner }) => ({ partner: await partner() }),
  "usage.deprecated": async () => ({}),
  "scan.list": async () => ({}),
  "scan.start": async () => ({ source: freshSource(), environment: "live", resource: "orders" }),
  "scan.confirm": async () => ({ source: freshSource(), environment: "test", resource: "orders", missing: 150 }),
  "audit.list": async () => ({}),
  "audit.verify": async () => ({}),
};

export function maker(plane: ControlPlane, asking: Asking, store: Store): Made {
  const partner = async (): Promise<string> =>
    (await did(perform(plane, partnerCreate, { name: freshName(), accounts: [{ environment: "live", account: "C1" }] }, asking))).id;
  const key = async (): Promise<string> =>
    (await did(perform(plane, keyCreate, { partner: await partner(), environment: "live", scopes: ["orders:read"] }, asking))).id;
  const client = async (terms: JsonObject = {}): Promise<string> =>
    (await did(perform(plane, clientCreate, { partner: await partner(), environment: "live", scopes: ["orders:read"], ...terms }, asking))).id;
  const endpoint = async (): Promise<string> => (await did(perform(plane, endpointCreate, await endpointTerms(await partner()), asking))).id;
  const issuer = async (): Promise<string> => (await did(perform(plane, issuerTrust, issuerTerms(), asking))).id;
  const plan = async (): Promise<string> => (await did(perform(plane, limitCreate, { plan: freshPlan(), burst_quota: 10, burst_seconds: 1 }, asking))).plan;
  const delivery = async () => {
    const made = await endpoint();
    const event = "evt_0000000000000000000001";
    await sql`
      WITH body AS (
        INSERT INTO sluice.event_bodies (partner, environment, seq, view, body) SELECT partner, environment, 1, 'one', '{}' FROM sluice.webhook_endpoints WHERE id = ${made})
      INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, state, attempts, created_at, ended_at)
      VALUES (${made}, 1, ${event}, 'one', 'orders 1', 'dead', 12, now(), now())`.execute(store);
    return { endpoint: made, event };
  };
  return { plane, asking, partner, key, client, endpoint, delivery, issuer, plan };
}

let receiver: Promise<Receiver> | undefined;
afterAll(async () => (await receiver)?.close());

async function endpointTerms(partner: string): Promise<JsonObject> {
  receiver ??= startReceiver({ behaviour: answersChallenges });
  return { partner, environment: "test", url: `${(await receiver).url}/hook`, types: ["*"], scopes: ["orders:read"] };
}

/** The public key of RFC 7515, appendix A.3. */
const publicKeys = {
  keys: [{ kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }],
};

function issuerTerms(): JsonObject {
  const issuer = `https://${crypto.randomUUID()}.example`;
  return { issuer, audience: "https://api.example", jwks_url: `${issuer}/keys` };
}

function freshPlan(): string {
  return `plan-${crypto.randomUUID().slice(0, 8)}`;
}

function freshSource(): string {
  return `erp_${crypto.randomUUID().slice(0, 8)}`;
}

function freshName(): string {
  return `Partner ${crypto.randomUUID()}`;
}

/** Performs a verb on the thing that the input names, and answers its id. */
async function after(made: Made, verb: Verb, input: Readonly<Record<string, string>>): Promise<string> {
  await did(perform(made.plane, verb, input, made.asking));
  return Object.values(input)[0] ?? "";
}
