/** Reads a partner's events from any gateway, as `GET /v1/events` gives them: waits for them, and goes on after every interruption. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { rawItems } from "./raw-items.ts";

/** An event, and its JSON to the byte. */
export interface PulledEvent {
  readonly id: string;
  readonly type: string;
  readonly seq: number;
  readonly resource: string;
  readonly resource_id: string;
  readonly origin: string;
  readonly text: string;
}

export interface PullOptions {
  /** Without a slash at the end. */
  readonly gateway: string;
  readonly key: string;
  /** Types of events; empty for all. */
  readonly types: readonly string[];
  readonly version: string | undefined;
  /** The last number that is not wanted; undefined: the last there is. */
  readonly after: number | undefined;
  /** Told when the gateway does not answer, and when it does again. */
  readonly trouble: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** What the gateway said no to: a wrong key, a scope that is missing. */
export class Refused extends Error {}

const eventSchema = z.looseObject({ id: z.string(), type: z.string(), seq: z.int(), resource: z.string(), resource_id: z.string(), origin: z.string() });
const pageSchema = z.looseObject({ data: z.array(eventSchema), next_after: z.int(), latest_seq: z.int() });
const problemSchema = z.looseObject({ title: z.string(), detail: z.string().optional() });

const waitSeconds = 20;
/** A gateway that says nothing for so long is not there. */
const timeoutMs = (waitSeconds + 15) * 1_000;
const pausesMs = [1_000, 2_000, 5_000, 10_000, 30_000];

/** Without end, until `signal`. Throws `Refused`. */
export async function* pull(options: PullOptions): AsyncGenerator<PulledEvent, void, undefined> {
  let { after } = options;
  for (let failures = 0; !options.signal.aborted; ) {
    const answer = await ask(options, after);
    if (options.signal.aborted) return;
    if (answer.kind === "trouble") {
      if (failures === 0) options.trouble(`${answer.why}. Trying again until it answers.`);
      const pauseMs = answer.pauseMs ?? pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0;
      failures += 1;
      await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => undefined); // it is over
      continue;
    }
    if (failures > 0) options.trouble("The gateway answers again.");
    failures = 0;
    if (after === undefined) {
      after = answer.latest;
      continue;
    }
    for (const event of answer.events) yield event;
    after = answer.nextAfter;
  }
}

type Answer =
  | { readonly kind: "events"; readonly events: readonly PulledEvent[]; readonly nextAfter: number; readonly latest: number }
  | { readonly kind: "trouble"; readonly why: string; readonly pauseMs?: number };

async function ask({ gateway, key, types, version, signal }: PullOptions, after: number | undefined): Promise<Answer> {
  const query = new URLSearchParams({
    ...(after === undefined ? { limit: "1" } : { after: String(after), wait: String(waitSeconds) }),
    ...(types.length > 0 && { type: types.join(",") }),
  });
  try {
    const response = await fetch(`${gateway}/v1/events?${query}`, {
      headers: { Authorization: `Bearer ${key}`, ...(version !== undefined && { "Api-Version": version }) },
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await response.text();
    if (response.status === 200) return read(text);
    const said = saidBy(text) ?? `${gateway} answers ${response.status}`;
    if (response.status !== 429 && response.status < 500) throw new Refused(said);
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    return { kind: "trouble", why: said, ...(seconds > 0 && { pauseMs: Math.min(seconds, 300) * 1_000 }) };
  } catch (error) {
    if (error instanceof Refused) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { kind: "trouble", why: `${gateway} does not answer (${cause instanceof Error ? cause.message : String(cause)})` };
  }
}

function read(text: string): Answer {
  const page = pageSchema.safeParse(parsed(text));
  const items = rawItems(text);
  if (!page.success || page.data.data.length !== items.length) throw new Refused("The answer is not that of a gateway's events: is --url right?");
  const events = page.data.data.map(({ id, type, seq, resource, resource_id, origin }, at) => {
    return { id, type, seq, resource, resource_id, origin, text: items[at] ?? "" };
  });
  return { kind: "events", events, nextAfter: page.data.next_after, latest: page.data.latest_seq };
}

/** The sentence of a problem document. */
function saidBy(text: string): string | undefined {
  const problem = problemSchema.safeParse(parsed(text));
  return problem.success ? (problem.data.detail ?? problem.data.title) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
