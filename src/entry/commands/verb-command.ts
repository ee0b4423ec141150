/** Makes commands of the control plane's verbs: `limit.set` becomes `sluice limit set`. */

/*
 * What is typed becomes the verb's input, and `perform` does the rest, as for the admin API; so every refusal is word for word
 * the same. A command takes a few lines: which words and flags fill which members of the input, and how the output is told to people.
 * `--json` (the output as it is), `--project`, what is required, and every error come by themselves.
 *
 *   export const limitSet = verbCommand(limitSetVerb, {
 *     usage: ["<plan> --burst <number>"],
 *     words: { plan: text("plan") },              // what the word is called, and the member it fills
 *     flags: { burst: whole("burst") },           // the flag, and the member it fills; more of these in flags.ts
 *     say: (plan) => `Plan ${plan.name} allows ${plan.burst}`,
 *   });
 *   export const limitList = listCommand(limitListVerb, { usage: [""], flags: {}, columns: { NAME: (plan) => plan.name } });
 *
 * A list's verb answers `pageOf(...)`; without a flag `limit` all pages are shown. Then name the commands in
 * `operator-commands.ts`.
 */
import { z } from "zod";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { maxPageSize } from "#control-plane/page.ts";
import { type Performed, perform } from "#control-plane/perform.ts";
import type { Asking, Verb } from "#control-plane/verb.ts";
import type { JsonValue } from "#lib/json.ts";
import type { ProblemError } from "#lib/problems.ts";
import { withControlPlane } from "../open-store.ts";
import { askingFromHere } from "./asking.ts";
import { type Command, type CommandInput, exitCodes, jsonOption, projectOption, refuse, type Terminal, table, UsageError } from "./command.ts";
import type { Flag } from "./flags.ts";
import { json, parseOptions, project } from "./options.ts";

interface CommandParts {
  /** As of every command: what follows the name, then a line for each thing worth saying. */
  readonly usage: readonly string[];
  /** What the words are called, in their order. */
  readonly words?: Readonly<Record<string, Flag>>;
  readonly flags?: Readonly<Record<string, Flag>>;
  /** Instead of the verb's name with a blank for the dot. */
  readonly name?: string;
}

export interface VerbCommandParts<Value> extends CommandParts {
  /** For people; may say more beside it with `terminal.complain`. */
  say(value: Value, terminal: Terminal): string;
  /** To standard error, for scripts as well. */
  remark?(value: Value, plane: ControlPlane): readonly string[];
  /** Where the output itself says that something is wrong; 0 without it. */
  exitCode?(value: Value): number;
}

export interface ListCommandParts<Item> extends CommandParts {
  /** By their titles. */
  readonly columns: Readonly<Record<string, (item: Item) => string>>;
  /** Members of the input that are these unless something else was typed. */
  readonly defaults?: Readonly<Record<string, JsonValue>>;
  /** Said instead of an empty table. */
  readonly none?: string;
}

export function verbCommand<Input extends z.ZodObject, Output extends z.ZodType>(
  verb: Verb<Input, Output>,
  parts: VerbCommandParts<z.output<Output>>,
): Command {
  return command(verb, parts, async ({ ask, input, asJson, terminal, plane }) => {
    const performed = await ask(verb, input);
    if (performed.kind !== "done") return declined(performed, parts, terminal);
    for (const line of parts.remark?.(performed.value, plane) ?? []) terminal.complain(line);
    terminal.say(asJson ? JSON.stringify(performed.value) : parts.say(performed.value, terminal));
    return parts.exitCode?.(performed.value) ?? exitCodes.done;
  });
}

type Page<Item extends z.ZodType> = z.ZodObject<{ items: z.ZodArray<Item>; next: z.ZodNullable<z.ZodString> }>;

export function listCommand<Input extends z.ZodObject, Item extends z.ZodType>(
  verb: Verb<Input, Page<Item>>,
  parts: ListCommandParts<z.output<Item>>,
): Command {
  return command(verb, parts, async ({ ask, input: typed, asJson, terminal }) => {
    const input = { ...parts.defaults, ...typed };
    const items: z.output<Item>[] = [];
    const wanted = typeof input["limit"] === "number" ? input["limit"] : undefined;
    for (let after: string | null | undefined; after !== null; ) {
      const limit = Math.min(maxPageSize, (wanted ?? Number.POSITIVE_INFINITY) - items.length);
      const performed = await ask(verb, { ...input, limit, ...(after !== undefined && { after }) });
      if (performed.kind !== "done") return declined(performed, parts, terminal);
      items.push(...performed.value.items);
      after = wanted !== undefined && items.length >= wanted ? null : performed.value.next;
    }
    const rows = items.map((item) => Object.values(parts.columns).map((cell) => cell(item)));
    if (asJson) terminal.say(JSON.stringify(items));
    else terminal.say(items.length === 0 && parts.none !== undefined ? parts.none : table(Object.keys(parts.columns), rows));
    return exitCodes.done;
  });
}

interface Run {
  readonly input: Readonly<Record<string, JsonValue>>;
  readonly asJson: boolean;
  readonly terminal: Terminal;
  readonly plane: ControlPlane;
  ask<Input extends z.ZodObject, Output extends z.ZodType>(verb: Verb<Input, Output>, input: JsonValue): Promise<Performed<z.output<Output>>>;
}

function command(verb: Verb, parts: CommandParts, work: (run: Run) => Promise<number>): Command {
  const flags = parts.flags ?? {};
  const words = parts.words ?? {};
  const options = Object.fromEntries(Object.entries(flags).map(([name, { option }]) => [name, option]));
  return {
    name: parts.name ?? verb.name.replace(".", " "),
    summary: verb.summary,
    usage: parts.usage,
    options: { ...options, ...projectOption, ...jsonOption },
    words: Object.keys(words),
    run: (typed, terminal) => {
      const asking = askingFromHere(Date.now());
      const place = parseOptions(z.object({ project, json, ...flagSchemas(verb, flags) }), typed);
      const input = inputOf({ flags, words, values: place, typed, asking });
      return withControlPlane({ ...terminal, project: place.project }, (plane) =>
        work({ input, asJson: place.json, terminal, plane, ask: (asked, given) => perform(plane, asked, given, asking) }),
      );
    },
  };
}

/** A flag is required where the verb's input cannot be without its member. */
function flagSchemas(verb: Verb, flags: Readonly<Record<string, Flag>>): Readonly<Record<string, z.ZodType>> {
  const optional = (member: string): boolean => verb.input.shape[member]?.safeParse(undefined).success ?? true;
  return Object.fromEntries(Object.entries(flags).map(([name, { member, schema }]) => [name, optional(member) ? schema.optional() : schema]));
}

interface Typed {
  readonly flags: Readonly<Record<string, Flag>>;
  readonly words: Readonly<Record<string, Flag>>;
  readonly values: Readonly<Record<string, unknown>>;
  readonly typed: CommandInput;
  readonly asking: Asking;
}

function inputOf({ flags, words, values, typed, asking }: Typed): Record<string, JsonValue> {
  const input: Record<string, JsonValue> = {};
  for (const [index, { member, take }] of Object.values(words).entries()) input[member] = take(typed.words[index] ?? "", asking.now);
  for (const [name, { member, take }] of Object.entries(flags)) if (values[name] !== undefined) input[member] = take(values[name], asking.now);
  return input;
}

function declined(performed: Exclude<Performed<unknown>, { kind: "done" }>, { flags = {}, words = {} }: CommandParts, terminal: Terminal): number {
  switch (performed.kind) {
    case "refused":
      return refuse(terminal, performed.reasons);
    case "absent":
      return refuse(terminal, [performed.what]);
    case "forbidden":
      return refuse(terminal, [`This takes the role ${performed.needs}.`]);
    case "invalid": {
      const typedAs = new Map(
        [...Object.entries(words), ...Object.entries(flags)].map(([name, { member }]) => [member, name in flags ? `--${name}` : `<${name}>`]),
      );
      const sentence = ({ pointer = "", detail }: ProblemError): string => {
        const member = pointer.split("/")[1] ?? "";
        return `${typedAs.get(member) ?? member}: ${detail}`;
      };
      throw new UsageError([...new Set(performed.errors.map(sentence))].join("\n"));
    }
  }
}
