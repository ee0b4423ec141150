/** Sends an endpoint an example of an event, signed as events are, and tells what came of it. */

import { z } from "zod";
import { eventTested, eventToTest } from "#contract/webhook-endpoints.ts";
import { defineVerb } from "../verb.ts";
import { endpointGiven, endpointSubject, noEndpoint } from "./endpoint-json.ts";
import type { WebhookEndpoint } from "./endpoint-records.ts";
import { failureOf, probe } from "./probe.ts";
import { errorAgainstType } from "./terms.ts";
import type { WebhookWays } from "./webhook-ways.ts";

export const endpointTest = defineVerb({
  name: "endpoint.test",
  summary: "Send a webhook endpoint an example of an event, and show what it answers",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/test",
  input: eventToTest.extend({ endpoint: endpointGiven }),
  output: eventTested.extend({ event: z.record(z.string(), z.json()) }),
  run: async (plane, { endpoint: id, type: wanted }, asking) => {
    const endpoint = await plane.records.endpoints.find(id);
    if (endpoint === undefined) return { kind: "absent", what: noEndpoint(id) };
    // Nobody who has not said so wants to be sent anything but a challenge.
    if (endpoint.verifiedAt === undefined)
      return { kind: "refused", reasons: ["Its URL has not answered a challenge yet: verify it first."], problem: { code: "endpoint-not-verified" } };
    const scopes = new Set(endpoint.scopes);
    const type = wanted ?? firstType(plane.webhooks, endpoint);
    const error =
      type === undefined ? { code: "type-not-visible", detail: "There is no event that the endpoint could be shown." } : errorAgainstType(plane, scopes, type);
    if (type === undefined || error !== undefined)
      return { kind: "refused", reasons: [error?.detail ?? ""], problem: { code: "invalid-endpoint", errors: error && [{ pointer: "/type", ...error }] } };

    let body = "";
    const sent = await probe(plane, endpoint, asking.now, (event) => {
      const example = plane.webhooks.example(type, { version: endpoint.apiVersion, scopes }, { id: event, at: asking.now });
      body = `${example.slice(0, -1)},"test":true}`;
      return body;
    });
    if (sent.kind === "refused") return sent;
    const { outcome } = sent.probe;
    const failure = failureOf(outcome);
    await plane.change(asking, ({ audit }) =>
      audit({
        verb: "endpoint.test",
        subject: endpointSubject(id),
        before: null,
        after: { type, status: outcome.kind === "answered" ? outcome.status : null, failure: outcome.kind === "failed" ? outcome.why : null },
      }),
    );
    return {
      kind: "done",
      value: {
        delivered: failure === undefined,
        status: outcome.kind === "answered" ? outcome.status : null,
        ms: Math.round(outcome.ms),
        failure: outcome.kind === "failed" ? outcome.why : null,
        detail: failure ?? null,
        answer: outcome.kind === "answered" ? Buffer.from(outcome.body).toString() : null,
        truncated: outcome.kind === "answered" && outcome.truncated,
        event: JSON.parse(body),
      },
    };
  },
});

function firstType(webhooks: WebhookWays, { types, scopes }: WebhookEndpoint): string | undefined {
  const held = new Set(scopes);
  return [...webhooks.types].find((type) => (types.includes("*") || types.includes(type)) && webhooks.lacking(held, type).length === 0);
}
