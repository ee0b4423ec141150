/** Sends webhooks from a Node process, over undici: every attempt is judged, pinned, bounded in time and in what it reads. */
import type { Pool } from "undici";
import type { SendWebhook, WebhookOutcome, WebhookRequest } from "../../webhook-request.ts";
import { type Failure, failureOf, failures } from "../failure.ts";
import type { Guard, Vetted } from "../guard.ts";
import { answerHeaders, maxAnswerBytes, standardHeaders } from "../terms.ts";
import { NotConnected, pinnedPools } from "./pinned-pools.ts";

export interface SenderParts {
  readonly guard: Guard;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  /** Certificates to trust besides the usual ones. */
  readonly ca?: string | undefined;
  /** Over name, connection, headers and body together; shorter only in tests. */
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Sockets to one origin; who delivers bounds what it sends. */
  readonly connections?: number;
}

export interface Sender {
  readonly send: SendWebhook;
  /** Ends what is underway and closes all sockets. */
  close(): Promise<void>;
}

type Ended = Omit<Extract<WebhookOutcome, { readonly kind: "answered" }>, "ms"> | (Failure & { readonly kind: "failed" });

export function webhookSender({ guard, elapsedMs, ca, timeoutMs = 15_000, connectTimeoutMs = 5_000, connections = 1_024 }: SenderParts): Sender {
  const pools = pinnedPools({ ca, connectTimeoutMs, connections });

  async function attempt(request: WebhookRequest, signal: AbortSignal): Promise<Ended> {
    const vetted = await within(connectTimeoutMs, guard(request.url, request.environment));
    if (vetted === undefined) return failed(failures.lateName);
    if (vetted.kind === "unknown") return failed(failures.unknownName);
    if (vetted.kind === "refused") return { kind: "failed", why: "address", detail: vetted.detail };
    return post(request, vetted, pools.to(vetted.target.url.origin, vetted.addresses), signal);
  }

  return {
    async send(request) {
      const started = elapsedMs();
      const overtime = new AbortController();
      const timer = setTimeout(() => overtime.abort(), timeoutMs);
      const late = new Promise<Ended>((resolve) => overtime.signal.addEventListener("abort", () => resolve(failed(failures.late)), { once: true }));
      // Whatever hangs or throws below, there is an outcome when the time is over.
      const ended = await Promise.race([late, attempt(request, overtime.signal).catch((error: unknown) => failed(failureOf(error, false)))]);
      clearTimeout(timer);
      return { ...ended, ms: elapsedMs() - started };
    },
    close: () => pools.close(),
  };
}

async function post(
  { headers, body }: WebhookRequest,
  { target }: Extract<Vetted, { readonly kind: "vetted" }>,
  pool: Pool,
  signal: AbortSignal,
): Promise<Ended> {
  try {
    const answer = await pool.request({
      method: "POST",
      path: target.url.pathname + target.url.search,
      headers: { ...standardHeaders, ...headers },
      body,
      signal,
    });
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of answer.body) {
      // Undici's types do not say so: without an encoding set, chunks are bytes.
      if (!(chunk instanceof Uint8Array)) return failed(failures.invalid);
      chunks.push(chunk.subarray(0, maxAnswerBytes - length));
      length += chunk.length;
      // Leaving the loop destroys the socket: nothing more is read.
      if (length > maxAnswerBytes) break;
    }
    return {
      kind: "answered",
      status: answer.statusCode,
      headers: answerHeaders(Object.entries(answer.headers)),
      body: Buffer.concat(chunks),
      truncated: length > maxAnswerBytes,
    };
  } catch (error) {
    return failed(error instanceof NotConnected ? failureOf(error.cause, false) : failureOf(error, true));
  }
}

/** Undefined when it took longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

function failed(failure: Failure): Ended {
  return { kind: "failed", ...failure };
}
