/** `sluice listen`: a partner's developer receives events without a public address, by the pull log. */
import { z } from "zod";
import { newSharedSecret, readSecret } from "#lib/standard-webhooks.ts";
import { type Forwarded, forward } from "../listen/forward.ts";
import { type PulledEvent, pull, Refused } from "../listen/pull.ts";
import { type Command, exitCodes, jsonOption, refuse, UsageError } from "./command.ts";
import { json, list, parseOptions } from "./options.ts";

const address = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), "takes an address such as http://localhost:3000/hook");
const secret = z.string().transform((text, context) => {
  const signing = readSecret(text);
  if (signing !== undefined) return { text, signing };
  context.addIssue({ code: "custom", message: "takes whsec_ and the base64 of 24 to 64 bytes, or whsk_ and that of 32" });
  return z.NEVER;
});

export const listenCommand: Command = {
  name: "listen",
  summary: "Receive a partner's events here, and forward them as webhooks",
  usage: [
    "--key <API key> [--url <gateway>] [--forward <url>] [--types a,b] [--from <seq>] [--secret whsec_...] [--api-version <date>] [--json]",
    "Needs no project: it asks a gateway (http://localhost:8080 unless --url says otherwise) for the events of a key with the scope",
    "events:read, and waits for more. Without --key it is the variable API_KEY. Each event is told in a line, and sent on to --forward in",
    "the very form of a webhook, signed with a secret that is shown at the start. An event is sent once, whatever the answer.",
    "--from begins with that number; without it, with the next event there is. Ctrl-C ends it.",
  ],
  options: {
    key: { type: "string" },
    url: { type: "string" },
    forward: { type: "string" },
    types: { type: "string", multiple: true },
    from: { type: "string" },
    secret: { type: "string" },
    "api-version": { type: "string" },
    ...jsonOption,
  },
  run: async (input, terminal) => {
    const typed = parseOptions(
      z.object({
        key: z.string().optional(),
        url: address.default("http://localhost:8080"),
        forward: address.optional(),
        types: list.default([]),
        from: z
          .string()
          .regex(/^[1-9]\d{0,14}$/, "takes the number of an event, from 1")
          .optional(),
        secret: secret.prefault(newSharedSecret),
        "api-version": z.string().optional(),
        json,
      }),
      input,
    );
    const key = typed.key ?? terminal.variables["API_KEY"];
    if (key === undefined) throw new UsageError("--key is missing, and so is the variable API_KEY.");

    const stop = new AbortController();
    const end = (): void => stop.abort();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
    let last: number | undefined;
    try {
      if (typed.forward !== undefined) terminal.complain(`Forwarding to ${typed.forward}, signed with ${typed.secret.text}`);
      terminal.complain(`Waiting for events of ${typed.url}. Ctrl-C ends it.`);
      const events = pull({
        gateway: typed.url.replace(/\/$/, ""),
        key,
        types: typed.types,
        version: typed["api-version"],
        after: typed.from === undefined ? undefined : Number(typed.from) - 1,
        trouble: (sentence) => terminal.complain(sentence),
        signal: stop.signal,
      });
      for await (const event of events) {
        const answer = typed.forward === undefined ? undefined : await forward(typed.forward, typed.secret.signing, event, Date.now(), stop.signal);
        if (stop.signal.aborted) break; // it may not have arrived
        terminal.say(typed.json ? asJson(event, answer) : inALine(event, answer));
        last = event.seq;
      }
      if (last !== undefined) terminal.complain(`The last event was #${last}: --from ${last + 1} goes on behind it.`);
      return exitCodes.done;
    } catch (error) {
      if (error instanceof Refused) return refuse(terminal, [error.message]);
      throw error;
    } finally {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
    }
  },
};

function inALine({ seq, type, resource, resource_id, origin }: PulledEvent, answer: Forwarded | undefined): string {
  const arrived = answer === undefined ? "" : `  -> ${answer.status ?? answer.why} (${Math.round(answer.ms)} ms)`;
  return `#${seq}  ${type}  ${resource}/${resource_id}  ${origin}${arrived}`;
}

function asJson({ text }: PulledEvent, answer: Forwarded | undefined): string {
  const forwarded = answer === undefined ? null : { status: answer.status ?? null, error: answer.why ?? null, ms: Math.round(answer.ms) };
  return `{"event":${text},"forwarded":${JSON.stringify(forwarded)}}`;
}
