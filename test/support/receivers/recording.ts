/** Verifies every webhook as a partner would, with the `standardwebhooks` package, and keeps what a checker asks about. */
import { createHash } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Exchange } from "./behaviours.ts";
import { type ReceivedRequest, type Receiver, type ReceiverOptions, startReceiver } from "./receiver.ts";

/** An event as it stands in the body of a webhook. */
const webhookBody = z.looseObject({
  id: z.string(),
  type: z.string(),
  seq: z.int(),
  resource: z.string(),
  resource_id: z.string(),
  entity_seq: z.int(),
  origin: z.string(),
});

/** One receipt of one event. */
export interface Receipt {
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  /** `orders 0000100204` */
  readonly entity: string;
  readonly entitySeq: number;
  readonly origin: string;
  /** When it was read to its end, in milliseconds since 1970. */
  readonly at: number;
  /** Of the bytes of the body: the same for a repetition. */
  readonly digest: string;
  /** Whether it was answered as taken. */
  readonly taken: boolean;
}

export interface RecordingReceiver extends Receiver {
  /** Receipts in their order; those of requests that verified. */
  readonly receipts: readonly Receipt[];
  /** What was wrong with others, in sentences. */
  readonly refused: readonly string[];
  /** Requests at this path must verify with one of these secrets from now on. */
  expect(path: string, ...secrets: readonly string[]): void;
}

export interface RecordingOptions extends Omit<ReceiverOptions, "behaviour" | "received"> {
  /** What comes of a request that verified. True: it is taken, false: the answer is 500, undefined: it has answered by itself. */
  readonly respond?: ((receipt: Omit<Receipt, "taken">, exchange: Exchange) => boolean | undefined) | undefined;
  /** True: it has answered already. For the challenge of an endpoint whose secret is not known yet. */
  readonly beforehand?: (exchange: Exchange) => boolean;
}

/** All is taken that verifies, unless `respond` says otherwise; requests at paths that nothing is expected of are refused with 401. */
export async function startRecording(options: RecordingOptions = {}): Promise<RecordingReceiver> {
  const secrets = new Map<string, readonly string[]>();
  const receipts: Receipt[] = [];
  const refused: string[] = [];
  const { respond, beforehand, ...rest } = options;

  const receiver = await startReceiver({
    keep: false,
    ...rest,
    behaviour(exchange) {
      const { request, body, response } = exchange;
      if (beforehand?.(exchange) === true) return;
      const path = request.url ?? "";
      const read = verified({ path, headers: request.headers, body }, secrets.get(path) ?? []);
      if (typeof read === "string") {
        refused.push(`${path}: ${read}`);
        return void response.writeHead(401).end();
      }
      const receipt = { ...read, path, at: Date.now(), digest: createHash("sha256").update(body).digest("base64") };
      const taken = respond === undefined ? true : respond(receipt, exchange);
      receipts.push({ ...receipt, taken: taken === true });
      if (taken !== undefined) response.writeHead(taken ? 204 : 500).end();
    },
  });
  return {
    ...receiver,
    // Not spread: these change.
    get open() {
      return receiver.open;
    },
    get taken() {
      return receiver.taken;
    },
    receipts,
    refused,
    expect: (path, ...of) => void secrets.set(path, of),
  };
}

/** What it says; or a sentence about what is wrong with it. */
function verified(
  { path, headers, body }: Pick<ReceivedRequest, "path" | "headers" | "body">,
  secrets: readonly string[],
): Omit<Receipt, "path" | "at" | "digest" | "taken"> | string {
  let wrong = `nobody expects anything at ${path}`;
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const contents = secrets.flatMap((secret) => {
    try {
      return [new Webhook(secret).verify(body, given)];
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
      return [];
    }
  });
  const [content] = contents;
  if (content === undefined) return wrong;
  const parsed = webhookBody.safeParse(content);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { id, type, seq, resource, resource_id, entity_seq, origin } = parsed.data;
  if (given["webhook-id"] !== id) return `webhook-id is ${given["webhook-id"]}, the event is ${id}`;
  return { id, type, seq, entity: `${resource} ${resource_id}`, entitySeq: entity_seq, origin };
}
