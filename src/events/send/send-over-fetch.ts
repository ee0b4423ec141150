/** Sends webhooks where there is nothing but `fetch`, as on Cloudflare Workers: their network leads to the internet only. */
import type { SendWebhook, WebhookOutcome } from "../webhook-request.ts";
import { type Failure, failures } from "./failure.ts";
import type { Guard } from "./guard.ts";
import { answerHeaders, maxAnswerBytes, standardHeaders } from "./terms.ts";

export interface FetchSenderParts {
  readonly guard: Guard;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly elapsedMs: () => number;
  readonly timeoutMs?: number;
}

type Ended = Omit<Extract<WebhookOutcome, { readonly kind: "answered" }>, "ms"> | (Failure & { readonly kind: "failed" });

/** What a name resolves to is the runtime's business here, and so is why a connection failed. Answers may come unpacked; no more of them is read for it. */
export function sendOverFetch({ guard, fetch, elapsedMs, timeoutMs = 15_000 }: FetchSenderParts): SendWebhook {
  return async (request) => {
    const started = elapsedMs();
    const overtime = new AbortController();
    const timer = setTimeout(() => overtime.abort(), timeoutMs);
    let ended: Ended;
    try {
      const vetted = await guard(request.url, request.environment);
      if (vetted.kind === "refused") ended = { kind: "failed", why: "address", detail: vetted.detail };
      else {
        const headers = { ...standardHeaders, ...request.headers };
        // A copy: the types of the web take no bytes that several threads might share.
        const response = await fetch(request.url, { method: "POST", headers, body: new Uint8Array(request.body), redirect: "manual", signal: overtime.signal });
        ended = { kind: "answered", status: response.status, headers: answerHeaders(response.headers), ...(await firstOf(response)) };
      }
    } catch {
      ended = { kind: "failed", ...(overtime.signal.aborted ? failures.late : failures.unconnected) };
    }
    clearTimeout(timer);
    return { ...ended, ms: elapsedMs() - started };
  };
}

async function firstOf({ body }: Response): Promise<{ readonly body: Uint8Array; readonly truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined && length <= maxAnswerBytes; next = await reader?.read()) {
    chunks.push(next.value.subarray(0, Math.max(0, maxAnswerBytes - length)));
    length += next.value.length;
  }
  if (length > maxAnswerBytes) await reader?.cancel();
  return { body: Buffer.concat(chunks), truncated: length > maxAnswerBytes };
}
