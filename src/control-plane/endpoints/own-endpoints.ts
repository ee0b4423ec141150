/** What partners do with their own webhook endpoints: the same verbs as operators, narrowed to what is theirs. */

import type { z } from "zod";
import { deliveriesResent, deliveryShown, deliveryWithAttempts } from "#contract/deliveries.ts";
import type { EndpointCall, EndpointOutcome, WebhookKeySet } from "#contract/endpoint-call.ts";
import type { EndpointAction } from "#contract/own-operations.ts";
import { endpointShown, endpointWithSecret, eventTested } from "#contract/webhook-endpoints.ts";
import { Problem } from "#lib/problems.ts";
import { publicJwk } from "#lib/standard-webhooks.ts";
import type { ControlPlane } from "../control-plane.ts";
import { deliveryToShow } from "../deliveries/delivery-json.ts";
import { deliveryResend } from "../deliveries/resend.ts";
import { deliveryResendMany } from "../deliveries/resend-many.ts";
import { deliveryShow } from "../deliveries/show.ts";
import { deliverySkip } from "../deliveries/skip.ts";
import type { Asking, Outcome, Verb } from "../verb.ts";
import { endpointCreate } from "./create.ts";
import { endpointDelete } from "./delete.ts";
import { endpointToJson } from "./endpoint-json.ts";
import { type Answer, once } from "./once.ts";
import { endpointResume } from "./resume.ts";
import { endpointRotateSecret } from "./rotate-secret.ts";
import { endpointSuspend } from "./suspend.ts";
import { endpointTest } from "./test.ts";
import { endpointUpdate } from "./update.ts";
import { endpointVerify } from "./verify.ts";

export interface OwnEndpoints {
  /** Throws `gateway-unavailable` when the store cannot be asked. */
  perform(call: EndpointCall): Promise<EndpointOutcome>;
  /** Of any endpoint: they are public. Undefined where there is none. */
  publicKeys(endpoint: string): Promise<WebhookKeySet | undefined>;
}

type OnOne = Exclude<EndpointAction, "list" | "create" | "show" | "list-deliveries">;

/** What is done to one endpoint: the verb that does it, and what partners are shown of what comes of it. */
const onOne: Readonly<Record<OnOne, { readonly verb: Verb; readonly shown: z.ZodType }>> = {
  update: { verb: endpointUpdate, shown: endpointShown },
  verify: { verb: endpointVerify, shown: endpointShown },
  test: { verb: endpointTest, shown: eventTested },
  "rotate-secret": { verb: endpointRotateSecret, shown: endpointWithSecret },
  suspend: { verb: endpointSuspend, shown: endpointShown },
  resume: { verb: endpointResume, shown: endpointShown },
  delete: { verb: endpointDelete, shown: endpointShown },
  "show-delivery": { verb: deliveryShow, shown: deliveryWithAttempts },
  "resend-delivery": { verb: deliveryResend, shown: deliveryShown },
  "skip-delivery": { verb: deliverySkip, shown: deliveryShown },
  "resend-deliveries": { verb: deliveryResendMany, shown: deliveriesResent },
};

/** `open`: the control plane, where it is opened by the first who needs it. */
export function ownEndpoints(open: () => ControlPlane): OwnEndpoints {
  return {
    perform: (call) =>
      available(async () => {
        const plane = open();
        const answer = (value: unknown) => (isDone(value) ? answerOf(call.action, value.value) : undefined);
        // Many are sent again in many transactions, none of which may last: there is no receipt that could be part of all.
        return call.once === undefined || call.action === "resend-deliveries"
          ? perform(plane, call)
          : once(plane, call.once, answer, (own) => perform(own, call));
      }),
    publicKeys: (id) =>
      available(async () => {
        // Anybody may ask: what is no id costs no look.
        if (!/^we_[0-9A-Za-z]{16}$/.test(id)) return undefined;
        const endpoint = await open().records.endpoints.find(id);
        const keys = endpoint?.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > Date.now());
        return keys && { keys: keys.flatMap(({ id: kid, publicKey }) => (publicKey === undefined ? [] : [publicJwk(publicKey, kid)])) };
      }),
  };
}

async function perform(plane: ControlPlane, call: EndpointCall): Promise<EndpointOutcome> {
  const { action, caller, id, now, requestId } = call;
  const { partner, environment } = caller;
  if (action === "list") {
    const own = await plane.records.endpoints.list({ partner, environment }, undefined, Number.MAX_SAFE_INTEGER);
    return answered({
      status: 200,
      body: JSON.stringify({ data: own.map((one) => endpointShown.parse(endpointToJson(one, now))), next_cursor: null }),
      made: undefined,
    });
  }
  const asking: Asking = { by: { kind: "partner", id: caller.credential, name: caller.partnerName, role: "viewer" }, now, requestId };
  if (action === "create") return outcomeOf(action, await created(plane, call, asking));
  const endpoint = await plane.records.endpoints.find(id);
  // Whose it is never changes, so nothing can happen between this and what is done with it.
  if (endpoint === undefined || endpoint.partner !== partner || endpoint.environment !== environment) return { kind: "absent" };
  if (action === "list-deliveries") return listed(plane, id, call);
  if (action === "show") return answered(answerOf(action, endpointToJson(endpoint, now)));
  const { verb } = onOne[action];
  const input = verb.input.parse({ ...call.input, endpoint: id, ...(call.event !== undefined && { event: call.event }) });
  return outcomeOf(action, await verb.run(plane, input, asking));
}

function created(plane: ControlPlane, { caller, input }: EndpointCall, asking: Asking): Promise<Outcome<unknown>> {
  const { partner, environment, apiVersion } = caller;
  const scopes = [...caller.scopes].filter((scope) => plane.knownScopes.has(scope));
  return endpointCreate.run(plane, endpointCreate.input.parse({ api_version: apiVersion, ...input, partner, environment, scopes }), asking);
}

async function listed(plane: ControlPlane, endpoint: string, { page }: EndpointCall): Promise<EndpointOutcome> {
  if (page === undefined) throw new Error("a list without what is asked of it");
  const { before, limit, ...filter } = page;
  const rows = await plane.records.deliveries.list(endpoint, filter, before, limit + 1);
  const items = rows.slice(0, limit).map((one) => JSON.stringify(deliveryShown.parse(deliveryToShow(one))));
  return { kind: "page", items, next: rows.length > limit ? rows[limit - 1]?.seq : undefined };
}

function outcomeOf(action: EndpointAction, outcome: Outcome<unknown>): EndpointOutcome {
  if (outcome.kind === "done") return answered(answerOf(action, outcome.value));
  if (outcome.kind === "absent") return { kind: "absent" };
  const { code = "invalid-endpoint", errors = [], retryAfterSeconds } = outcome.problem ?? {};
  const [first, ...others] = errors;
  const detail =
    first !== undefined && others.length === 0
      ? first.detail
      : errors.length > 1
        ? `${errors.length} members cannot be as they are.`
        : outcome.reasons.join(" ");
  return { kind: "refused", code, detail, errors, retryAfterSeconds };
}

function answered(answer: Answer): EndpointOutcome {
  return { kind: "answered", ...answer, replayed: false };
}

/** Nothing leaves that partners are not promised. */
function answerOf(action: EndpointAction, value: unknown): Answer {
  if (action === "delete") return { status: 204, body: null, made: undefined };
  if (action !== "create") return { status: 200, body: JSON.stringify(shownBy(action).parse(value)), made: undefined };
  const made = endpointWithSecret.parse(value);
  return { status: 201, body: JSON.stringify(made), made: `/v1/webhook-endpoints/${made.id}` };
}

function shownBy(action: EndpointAction): z.ZodType {
  return isOnOne(action) ? onOne[action].shown : endpointShown;
}

function isOnOne(action: EndpointAction): action is OnOne {
  return Object.hasOwn(onOne, action);
}

function isDone(value: unknown): value is { readonly kind: "done"; readonly value: unknown } {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "done" && "value" in value;
}

async function available<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      "gateway-unavailable",
      "Webhook endpoints cannot be looked at or changed at the moment. Repeat the request with the same Idempotency-Key.",
      {
        headers: { "Retry-After": "2" },
        cause,
      },
    );
  }
}
