/** Sends an event to a program on the developer's own machine, in the form in which a webhook arrives: Standard Webhooks 1.0. */
import { request } from "undici";
import { type SigningSecret, signedHeaders } from "#lib/standard-webhooks.ts";
import type { PulledEvent } from "./pull.ts";

export interface Forwarded {
  /** Undefined where there was no answer; `why` says the reason then. */
  readonly status: number | undefined;
  readonly why: string | undefined;
  readonly ms: number;
}

/** As long as a webhook gets. */
const timeoutMs = 15_000;

/** Never rejects. `now` in milliseconds since 1970. */
export async function forward(to: string, secret: SigningSecret, event: PulledEvent, now: number, signal: AbortSignal): Promise<Forwarded> {
  const started = performance.now();
  const body = Buffer.from(event.text);
  try {
    const answer = await request(to, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "Sluice-Listen", ...signedHeaders([secret], event.id, Math.floor(now / 1_000), body) },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body.dump({ limit: 65_536 });
    return { status: answer.statusCode, why: undefined, ms: performance.now() - started };
  } catch (error) {
    return { status: undefined, why: reasonOf(error), ms: performance.now() - started };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${timeoutMs / 1_000} s`;
  return "code" in error && error.code === "ECONNREFUSED" ? "nothing listens there" : error.message || String(Reflect.get(error, "code"));
}
