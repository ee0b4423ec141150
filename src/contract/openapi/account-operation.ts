/** A partner's own account in documents: who it is to the gateway, its keys, and the requests it sent. */

import { keyStates } from "../own-account.ts";
import type { AccountOperation } from "../own-operations.ts";
import type { Components } from "./components.ts";
import { days, headers } from "./headers.ts";
import type { JsonSchema } from "./json-schema.ts";
import { errorResponses } from "./problems.ts";

export const accountTag = { name: "account", description: "What the gateway knows of you: your credential, your keys, and your requests." } as const;

/** `requestLogDays`: how long single requests can be looked at. */
export function accountOperation({ id, summary }: AccountOperation, requestLogDays: number): JsonSchema {
  const { description, schema, parameters } = parts(requestLogDays)[id];
  return {
    operationId: id,
    tags: [accountTag.name],
    summary,
    description: `${description} Any valid credential may ask, whatever its scopes.`,
    parameters: [...parameters, { $ref: "#/components/parameters/ApiVersion" }],
    responses: {
      "200": {
        description: summary.replace(/^(Get|List) your/, "Your"),
        headers: headers(),
        content: { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } },
      },
      ...errorResponses(id === "listOwnRequests" ? "own-list" : "own"),
    },
  };
}

interface Parts {
  readonly description: string;
  readonly schema: string;
  readonly parameters: readonly JsonSchema[];
}

function parts(requestLogDays: number): Readonly<Record<AccountOperation["id"], Parts>> {
  return {
    getOwnAccount: {
      description: "Who you are to the gateway, with the credential of this very request, and what you used. What is counted shows within seconds.",
      schema: "OwnAccount",
      parameters: [],
    },
    listOwnKeys: {
      description:
        "The keys you have in the environment of the key that asks, newest first. No secret is among them: those are shown once, when they are made.",
      schema: "OwnKeyPage",
      parameters: [],
    },
    listOwnRequests: {
      description:
        `The requests you sent in the environment of the key that asks, newest first; each is kept for ${days(requestLogDays)} and shows within seconds. ` +
        "Neither queries nor bodies nor headers are kept. A page can hold fewer than `limit`, even none, and have a next one all the same: follow `next_cursor`.",
      schema: "OwnRequestPage",
      parameters: [
        several("status", "Only those answered with one of these: a status, or a class as `4xx`.", { type: "string", pattern: "^[1-5](?:\\d\\d|xx)$" }),
        several("code", "Only those answered with a problem of one of these codes.", { type: "string" }),
        { name: "key", in: "query", description: "Only those of the key with this id.", schema: { type: "string" } },
        {
          name: "route",
          in: "query",
          description: "Only those of this route, as `route` has it.",
          schema: { type: "string" },
          example: "/v1/account/requests",
        },
        { name: "since", in: "query", description: "Only those from this time on.", schema: { type: "string", format: "date-time" } },
        { $ref: "#/components/parameters/Limit" },
        { $ref: "#/components/parameters/Cursor" },
      ],
    },
  };
}

function several(name: string, description: string, items: JsonSchema): JsonSchema {
  return { name, in: "query", description, style: "form", explode: false, schema: { type: "array", items, minItems: 1 } };
}

const time = { type: "string", format: "date-time" };
const maybeTime = { type: ["string", "null"], format: "date-time" };
const maybeText = { type: ["string", "null"] };
const count = { type: "integer", minimum: 0 };

function object(properties: Record<string, JsonSchema>, description?: string): JsonSchema {
  return { type: "object", ...(description !== undefined && { description }), properties, required: Object.keys(properties) };
}

function page(item: string): JsonSchema {
  return object({
    data: { type: "array", items: { $ref: `#/components/schemas/${item}` } },
    next_cursor: { ...maybeText, description: "`cursor` of the next page, or null at the end." },
  });
}

export function accountComponents(): Components {
  const used = object({ requests: count, cost: { ...count, description: "In units of your limits." } });
  return {
    OwnAccount: object(
      {
        partner: object({ id: { type: "string" }, name: { type: "string" } }),
        environment: { type: "string", enum: ["live", "test"] },
        credential: object({
          id: { type: "string", description: "Public part of the key, or the id of the OAuth client." },
          scopes: { type: "array", items: { type: "string" }, description: "All it may do, wildcards written out." },
          api_version: { type: "string", format: "date", description: "The version it is served in where a request names none." },
          expires_at: { ...maybeTime, description: "Null: not by itself." },
        }),
        limits: {
          type: "array",
          description: "What you may take; all hold at once.",
          items: object({
            name: { type: "string", description: "As `RateLimit-Policy` and problems of the code `quota-exceeded` name it." },
            per: { type: "string", "x-extensible-enum": ["partner", "key"], description: "Who is counted together." },
            quota: { type: "integer", description: "In units of cost; a usual request is one. Of `inflight`: requests at once." },
            window_seconds: { type: ["integer", "null"], description: "In any window of this length. Null for fixed periods." },
            remaining: {
              type: ["integer", "null"],
              description: "What is left after this very request, as `RateLimit` says it. Null where that is not known.",
            },
            period: { ...maybeText, "x-extensible-enum": ["day", "month"], description: "In each of these, in UTC. Null for moving windows." },
          }),
        },
        usage: object({ today: used, this_month: used }, "Of all your credentials in this environment, by days in UTC."),
      },
      "Who you are to the gateway.",
    ),
    OwnKey: object({
      id: { type: "string", description: "Public part of the key." },
      label: maybeText,
      state: { type: "string", "x-extensible-enum": [...keyStates] },
      scopes: { type: "array", items: { type: "string" } },
      api_version: { type: "string", format: "date" },
      created_at: time,
      expires_at: { ...maybeTime, description: "Null: not by itself." },
      last_used_at: { ...maybeTime, description: "Null: never, as far as is known." },
      last_used_from: { ...maybeText, description: "The address." },
    }),
    OwnKeyPage: page("OwnKey"),
    OwnRequest: object({
      request_id: { type: "string", description: "As `Request-Id` named it." },
      at: time,
      key: { type: "string", description: "Public part of the key, or the id of the OAuth client." },
      address: { ...maybeText, description: "That it came from." },
      method: { type: "string" },
      route: { type: "string", description: "The path, with the id left out." },
      api_version: { type: "string", format: "date" },
      status: { type: "integer" },
      code: { ...maybeText, description: "Of the problem; null without one." },
      cost: { ...count, description: "In units of your limits." },
      ms: { type: "number", description: "Milliseconds that it took." },
      replayed: { type: "boolean", description: "Whether it repeated a write, and got the answer of before." },
    }),
    OwnRequestPage: page("OwnRequest"),
  };
}
