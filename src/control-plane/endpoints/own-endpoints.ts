/** What partners do with their own webhook endpoints: the same verbs as operators, narrowed to what is theirs. */

import { deliveriesResent, deliveryShown, deliveryWithAttempts } from "#contract/deliveries.ts";
import type { EndpointCall, EndpointOutcome, WebhookKeySet } from "#contract/endpoint-call.ts";
import type { EndpointAction } from "#contract/operations.ts";
import { endpointShown, endpointWithSecret, eventTested } from "#contract/webhook-endpoints.ts";
import { Problem } from "#lib/problems.ts";
import { publicJwk } from "#lib/standard-webhooks.ts";
import type { ControlPlane } from "../control-plane.ts";
import { deliveryToShow } from "../deliveries/delivery-json.ts";
import { deliveryResend } from "../deliveries/resend.ts";
import { deliveryResendMany } from "../deliveries/resend-many.ts";
import { deliveryShow } from "../deliveries/show.ts";
import { deliverySkip } from "../deliveries/skip.ts";
import type { Asking, Outcome } from "../verb.ts";
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
  return outcomeOf(action, await done(plane, action, { ...call.input, endpoint: id, ...(call.event !== undefined && { event: call.event }) }, asking));
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

type OnOne = Exclude<EndpointAction, "list" | "create" | "show" | "list-deliveries">;

function done(plane: ControlPlane, action: OnOne, input: unknown, asking: Asking): Promise<Outcome<unknown>> {
  switch (action) {
    case "update":
      return endpointUpdate.run(plane, endpointUpdate.input.parse(input), asking);
    case "verify":
      return endpointVerify.run(plane, endpointVerify.input.parse(input), asking);
    case "test":
      return endpointTest.run(plane, endpointTest.input.parse(input), asking);
    case "rotate-secret":
      return endpointRotateSecret.run(plane, endpointRotateSecret.input.parse(input), asking);
    case "suspend":
      return endpointSuspend.run(plane, endpointSuspend.input.parse(input), asking);
    case "resume":
      return endpointResume.run(plane, endpointResume.input.parse(input), asking);
    case "show-delivery":
      return deliveryShow.run(plane, deliveryShow.input.parse(input), asking);
    case "resend-delivery":
      return deliveryResend.run(plane, deliveryResend.input.parse(input), asking);
    case "skip-delivery":
      return deliverySkip.run(plane, deliverySkip.input.parse(input), asking);
    case "resend-deliveries":
      return deliveryResendMany.run(plane, deliveryResendMany.input.parse(input), asking);
    case "delete":
      return endpointDelete.run(plane, endpointDelete.input.parse(input), asking);
  }
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
  switch (action) {
    case "delete":
      return { status: 204, body: null, made: undefined };
    case "create": {
      const made = endpointWithSecret.parse(value);
      return { status: 201, body: JSON.stringify(made), made: `/v1/webhook-endpoints/${made.id}` };
    }
    case "rotate-secret":
      return { status: 200, body: JSON.stringify(endpointWithSecret.parse(value)), made: undefined };
    case "test":
      return { status: 200, body: JSON.stringify(eventTested.parse(value)), made: undefined };
    case "show-delivery":
      return { status: 200, body: JSON.stringify(deliveryWithAttempts.parse(value)), made: undefined };
    case "resend-delivery":
    case "skip-delivery":
      return { status: 200, body: JSON.stringify(deliveryShown.parse(value)), made: undefined };
    case "resend-deliveries":
      return { status: 200, body: JSON.stringify(deliveriesResent.parse(value)), made: undefined };
    default:
      return { status: 200, body: JSON.stringify(endpointShown.parse(value)), made: undefined };
  }
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
