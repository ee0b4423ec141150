/** Asks an endpoint whether it wants to be sent events: a signed challenge, which its answer has to repeat. */
import { z } from "zod";
import { randomBase62 } from "#lib/base62.ts";
import { defineVerb } from "../verb.ts";
import { changeEndpoint } from "./change-endpoint.ts";
import { endpointGiven, endpointShape, noEndpoint } from "./endpoint-json.ts";
import { failureOf, probe } from "./probe.ts";
import { urlChanged } from "./update.ts";
import type { NoAnswer, ReceiverAnswer } from "./webhook-ways.ts";

const answerShape = z.object({ challenge: z.string() });

export const endpointVerify = defineVerb({
  name: "endpoint.verify",
  summary: "Send a webhook endpoint its challenge; once it has answered, events are sent to it",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/verify",
  input: z.object({ endpoint: endpointGiven }),
  output: endpointShape,
  run: async (plane, { endpoint: id }, asking) => {
    const asked = await plane.records.endpoints.find(id);
    if (asked === undefined) return { kind: "absent", what: noEndpoint(id) };
    const challenge = randomBase62(32);
    const sent = await probe(plane, asked, asking.now, (event) => challengeBody(event, asked.id, challenge, asking.now));
    if (sent.kind === "refused") return sent;
    const failure = against(sent.probe.outcome, challenge);
    if (failure !== undefined) return { kind: "refused", reasons: [failure], problem: { code: "challenge-failed" } };
    return changeEndpoint(plane, asking, "endpoint.verify", id, (endpoint) => {
      // What answered is not what is to be sent to any more.
      if (endpoint.url !== asked.url)
        return { kind: "refused", reasons: ["The URL was changed meanwhile. Verify the new one."], problem: { code: "challenge-failed" } };
      const waited = endpoint.state === "unverified" || (endpoint.state === "suspended" && endpoint.stateReason === urlChanged);
      return { kind: "done", value: { verifiedAt: asking.now, ...(waited && ({ state: "active", stateReason: undefined } as const)) } };
    });
  },
});

/** Told apart from events by its type; what is to be repeated stands in `data`. */
function challengeBody(id: string, endpoint: string, challenge: string, now: number): string {
  return JSON.stringify({
    id,
    type: "webhook_endpoint.challenge",
    occurred_at: new Date(now).toISOString(),
    resource: "webhook_endpoints",
    resource_id: endpoint,
    data: { challenge },
  });
}

/** Undefined: the challenge was answered. */
function against(outcome: ReceiverAnswer | NoAnswer, challenge: string): string | undefined {
  const failure = failureOf(outcome);
  if (failure !== undefined || outcome.kind === "failed") return `The challenge was not answered. ${failure ?? ""}`;
  const expected = 'The answer has to be JSON, {"challenge": "…"}, with the text of `data.challenge`';
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(outcome.body).toString());
  } catch {
    return `${expected}; it was no JSON.`;
  }
  const read = answerShape.safeParse(said);
  return read.success && read.data.challenge === challenge ? undefined : `${expected}; it was another one.`;
}
