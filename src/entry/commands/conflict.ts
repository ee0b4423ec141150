/** `sluice conflict ...`: fields that a partner and the ERP both changed, and what a person decides about them. */

import { z } from "zod";
import { Problem } from "#lib/problems.ts";
import { type Conflicts, type Desk, withConflicts } from "../open-conflicts.ts";
import type { Environment } from "../open-erp.ts";
import { type Command, type CommandInput, exitCodes, jsonOption, projectOption, refuse, type Terminal, table } from "./command.ts";
import { conflictInWords, conflictToJson, decidedInWords, oneLine, type Shown, stateOf } from "./conflict-report.ts";
import { environment, json, parseOptions, project } from "./options.ts";

const place = { environment: { type: "string" }, ...projectOption, ...jsonOption } as const;
const placeSchema = { environment: environment.optional(), project, json };
const filters = {
  partner: z.string().optional(),
  resource: z.string().optional(),
  state: z.enum(["open", "resolved", "all"], "takes open, resolved or all").default("open"),
};

export const conflictList: Command = {
  name: "conflict list",
  summary: "List conflicts between partners and the ERP, those that wait for a person first",
  usage: [
    "[--environment live|test] [--partner <name|id>] [--resource <name>] [--state open|resolved|all] [--limit <number>]",
    "Without --state, those that wait for a person: what a rule puts off (review), and what the ERP overwrote of partners' fields.",
  ],
  options: { ...place, partner: { type: "string" }, resource: { type: "string" }, state: { type: "string" }, limit: { type: "string" } },
  run: (input, terminal) => {
    const typed = parseOptions(z.object({ ...placeSchema, ...filters, limit: z.coerce.number("takes a number").int().min(1).max(10_000).default(100) }), input);
    return looked(input, terminal, typed, async ({ desks, partners }) => {
      const partner = typed.partner === undefined ? undefined : ((await partners.find(typed.partner))?.id ?? typed.partner);
      const filter = {
        ...(typed.state !== "all" && { state: typed.state }),
        ...(partner !== undefined && { partner }),
        ...(typed.resource !== undefined && { resource: typed.resource }),
      };
      const names = await namesOf(partners);
      const found: Shown[] = [];
      for (const desk of desks) for (const record of await desk.list(filter, typed.limit)) found.push(shown(record, desk, names));
      found.sort(
        (a, b) =>
          Number(a.record.resolution !== undefined) - Number(b.record.resolution !== undefined) || b.record.createdAt.getTime() - a.record.createdAt.getTime(),
      );
      const page = found.slice(0, typed.limit);
      if (typed.json) terminal.say(JSON.stringify(page.map(conflictToJson)));
      else if (page.length === 0) terminal.say(typed.state === "open" ? "Nothing waits for a decision." : "There are none.");
      else {
        const rows = page.map((one) => [
          one.record.id,
          one.environment,
          stateOf(one.record),
          one.partner,
          `${one.record.resource}/${one.record.thing}`,
          one.record.field,
          oneLine(one),
          one.record.createdAt.toISOString(),
        ]);
        terminal.say(table(["ID", "ENV", "STATE", "PARTNER", "THING", "FIELD", "WHAT HAPPENED", "WHEN"], rows));
        if (found.length >= typed.limit) terminal.complain(`These are the first ${typed.limit}; --limit shows more.`);
      }
      return exitCodes.done;
    });
  },
};

export const conflictShow: Command = {
  name: "conflict show",
  summary: "Show a conflict: both sides' values, the rule, who decided and when",
  usage: ["<id> [--environment live|test]"],
  options: place,
  words: ["id"],
  run: (input, terminal) => {
    const typed = parseOptions(z.object(placeSchema), input);
    return looked(input, terminal, typed, async (conflicts) => {
      const found = await find(conflicts, input.words[0] ?? "");
      if (found === undefined) return refuse(terminal, [noSuch(input)]);
      terminal.say(typed.json ? JSON.stringify(conflictToJson(found.shown)) : conflictInWords(found.shown));
      return exitCodes.done;
    });
  },
};

export const conflictResolve: Command = {
  name: "conflict resolve",
  summary: "Decide a conflict: keep the ERP's value, or write the partner's",
  usage: [
    "<id> --take partner|erp --by <name> [--note <text>] [--force] [--environment live|test]",
    "--take partner writes the partner's value by the command that partners use, and is refused when the ERP's value has changed",
    "since the record was made; --force writes all the same.",
  ],
  options: { ...place, take: { type: "string" }, by: { type: "string" }, note: { type: "string" }, force: { type: "boolean" } },
  words: ["id"],
  run: (input, terminal) => {
    const text = (most: number) => z.string().trim().min(1, "is empty").max(most, `takes at most ${most} characters`);
    const typed = parseOptions(
      z.object({
        ...placeSchema,
        take: z.enum(["partner", "erp"], "takes partner or erp"),
        by: text(200),
        note: text(1000).optional(),
        force: z.boolean().default(false),
      }),
      input,
    );
    return looked(input, terminal, typed, async (conflicts) => {
      const found = await find(conflicts, input.words[0] ?? "");
      if (found === undefined) return refuse(terminal, [noSuch(input)]);
      const { desk, shown: before } = found;
      const { record } = before;
      const decision = { by: typed.by, ...(typed.note !== undefined && { note: typed.note }) };
      const decided =
        record.resolution !== undefined
          ? ({ kind: "already-resolved" } as const)
          : typed.take === "erp"
            ? await desk.keepErp(record.id, decision)
            : await desk.takePartner(record, await accountsOf(conflicts, record.partner, desk.environment), decision, typed.force);
      const after = (await find(conflicts, record.id))?.shown ?? before;
      if (typed.json)
        terminal.say(
          JSON.stringify({
            result: decided.kind,
            ...("present" in decided && { present: decided.present }),
            ...("why" in decided && { why: decided.why }),
            conflict: conflictToJson(after),
          }),
        );
      else if (decided.kind === "resolved") terminal.say(decidedInWords(decided, after));
      else terminal.complain(decidedInWords(decided, after));
      return decided.kind === "resolved" ? exitCodes.done : exitCodes.refused;
    });
  },
};

/** Runs `work` at every place that was asked for; an ERP that cannot be asked is told in a sentence. */
async function looked(
  { words: _ }: CommandInput,
  terminal: Terminal,
  typed: { readonly environment?: Environment | undefined; readonly project?: string | undefined },
  work: (conflicts: Conflicts) => Promise<number>,
): Promise<number> {
  const environments: readonly Environment[] = typed.environment === undefined ? ["live", "test"] : [typed.environment];
  try {
    return await withConflicts({ ...terminal, project: typed.project }, environments, async (conflicts) => {
      if (conflicts.desks.length === 0) return refuse(terminal, ["Partners write nothing here that could be in conflict with the ERP."]);
      const desks: Desk[] = [];
      for (const desk of conflicts.desks) {
        if (await desk.isInstalled()) desks.push(desk);
        else
          terminal.complain(`The gateway's own tables are not in the database of ${desk.source}, ${desk.environment}: sluice source install puts them there.`);
      }
      return desks.length === 0 ? exitCodes.refused : work({ ...conflicts, desks });
    });
  } catch (error) {
    if (error instanceof Problem) return refuse(terminal, [`The ERP cannot be asked: ${causeOf(error)}`]);
    throw error;
  }
}

function causeOf(problem: Problem): string {
  const cause = problem.cause instanceof Error ? (problem.cause.cause ?? problem.cause) : problem;
  return cause instanceof Error ? cause.message : String(cause);
}

async function find({ desks, partners }: Conflicts, id: string): Promise<{ readonly desk: Desk; readonly shown: Shown } | undefined> {
  for (const desk of desks) {
    const record = await desk.find(id);
    if (record !== undefined) return { desk, shown: shown(record, desk, await namesOf(partners)) };
  }
  return undefined;
}

function shown(record: Shown["record"], { source, environment: where }: Desk, names: ReadonlyMap<string, string>): Shown {
  return { record, source, environment: where, partner: names.get(record.partner) ?? record.partner };
}

const partnersAtOnce = 1_000;

async function namesOf(partners: Conflicts["partners"]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (let after: string | undefined, more = true; more; ) {
    const page = await partners.list(after, partnersAtOnce);
    for (const { id, name } of page) names.set(id, name);
    after = page.at(-1)?.name;
    more = page.length === partnersAtOnce;
  }
  return names;
}

/** The partner's account numbers as they are today. */
async function accountsOf({ partners }: Conflicts, partner: string, where: Environment): Promise<readonly string[]> {
  const found = await partners.find(partner);
  return (found?.accounts ?? []).filter((account) => account.environment === where).map(({ account }) => account);
}

function noSuch({ words }: CommandInput): string {
  return `There is no conflict "${words[0]}". sluice conflict list --state all lists them.`;
}
