/** Sends one signed request to an endpoint on somebody's wish, seldom enough to be of no use against others. */
import { randomBase62 } from "#lib/base62.ts";
import { signedHeaders } from "#lib/standard-webhooks.ts";
import type { ControlPlane } from "../control-plane.ts";
import type { Outcome } from "../verb.ts";
import type { WebhookEndpoint } from "./endpoint-records.ts";
import { openSecrets } from "./secret.ts";
import type { NoAnswer, ReceiverAnswer } from "./webhook-ways.ts";

export interface Probe {
  readonly outcome: ReceiverAnswer | NoAnswer;
  /** Of the event. */
  readonly id: string;
}

/** `body`: JSON text of an event with this id. `now` in milliseconds since 1970. */
export async function probe(
  plane: ControlPlane,
  endpoint: WebhookEndpoint,
  now: number,
  body: (id: string) => string,
): Promise<{ readonly kind: "sent"; readonly probe: Probe } | Extract<Outcome<never>, { readonly kind: "refused" }>> {
  const wait = await plane.records.endpoints.takeProbe(endpoint);
  if (wait > 0)
    return {
      kind: "refused",
      reasons: [`Challenges and tests are sent a few times a minute only. The next one can be sent in ${wait} s.`],
      problem: { code: "too-many-tests", retryAfterSeconds: wait },
    };
  const id = `evt_${randomBase62(22)}`;
  const bytes = Buffer.from(body(id));
  const headers = signedHeaders(await openSecrets(plane, endpoint, now), id, Math.floor(now / 1_000), bytes);
  return { kind: "sent", probe: { id, outcome: await plane.webhooks.send({ url: endpoint.url, environment: endpoint.environment, headers, body: bytes }) } };
}

/** What came of it, in a sentence; undefined: it was taken. */
export function failureOf(outcome: ReceiverAnswer | NoAnswer): string | undefined {
  if (outcome.kind === "failed") return outcome.detail;
  return outcome.status >= 200 && outcome.status < 300 ? undefined : `It answered ${outcome.status}.`;
}
