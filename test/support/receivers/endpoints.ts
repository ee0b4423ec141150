/** Endpoints of partners at receivers of tests, made the way partners make them: by the API, the challenge answered. */
import { z } from "zod";
import type { Exchange } from "./behaviours.ts";

const challenge = z.looseObject({ type: z.literal("webhook_endpoint.challenge"), data: z.object({ challenge: z.string() }) });
const created = z.looseObject({ id: z.string(), secret: z.string().nullable() });

/** Answers it where it is a challenge, as nothing else can be: whose secret it is signed with is not known yet. */
export function echoChallenge({ body, response }: Exchange): boolean {
  if (!body.includes("webhook_endpoint.challenge")) return false;
  const read = challenge.safeParse(JSON.parse(body.toString()));
  if (!read.success) return false;
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ challenge: read.data.data.challenge }));
  return true;
}

export interface EndpointToMake {
  /** Of the gateway, without a slash at the end. */
  readonly gateway: string;
  /** With `webhooks:write`. */
  readonly key: string;
  /** Where events are to be sent. */
  readonly url: string;
  /** All without it. */
  readonly types?: readonly string[];
}

/** Made and verified. */
export async function createEndpoint({ gateway, key, url, types = ["*"] }: EndpointToMake): Promise<{ readonly id: string; readonly secret: string }> {
  const made = created.parse(await post(`${gateway}/v1/webhook-endpoints`, key, { url, types }));
  await post(`${gateway}/v1/webhook-endpoints/${made.id}/verify`, key, {});
  return { id: made.id, secret: made.secret ?? "" };
}

async function post(url: string, key: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
