/** What a contract promises of a command, and what may stand in such a promise. */

import type { z } from "zod";
import type { ConflictRule, Owner } from "./contract.ts";
import type { Model } from "./model.ts";
import type { Scope } from "./scope.ts";

export type CommandKind = "create" | "update" | "delete" | "action";

export interface CommandPromise {
  readonly scope: Scope;
  /** What one takes of the caller's limits; 1 without it. In a batch each item takes its own. */
  readonly cost?: number;
  /** One line for documents; made from the command's name without it. */
  readonly summary?: string;
  /** The request's body. Read strictly: a member it does not name is refused. */
  readonly input?: z.ZodObject;
  /** `one`: the command works on one existing thing, `/v1/<resource>/{id}`. */
  readonly on?: "one";
  /**
   * What it is in HTTP: `create` is POST /v1/<resource>, the default; with `on: "one"`, `update` is PATCH, `delete` is DELETE
   * and `action`, the default there, is POST /v1/<resource>/{id}/<command>.
   */
  readonly as?: CommandKind;
  /** Whether callers must name the state they saw (`If-Match`). By default they must for updates and deletes. */
  readonly ifMatch?: "required" | "optional";
  /** `operation`: the ERP takes it up later; the answer is 202 and an operation to poll. */
  readonly answers?: "operation";
  /** An input as partners send it, for documents and for the common suite. Checked against `input`. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** Units that one request can cost. */
export const mostCost = 1_000;

export function isCost(cost: number | undefined): boolean {
  return cost === undefined || (Number.isInteger(cost) && cost >= 1 && cost <= mostCost);
}

export function commandKind({ on, as }: Pick<CommandPromise, "on" | "as">): CommandKind {
  return as ?? (on === "one" ? "action" : "create");
}

/** Whether callers have to name the state they saw. */
export function needsIfMatch(promise: CommandPromise): boolean {
  const kind = commandKind(promise);
  return (promise.ifMatch ?? (kind === "update" || kind === "delete" ? "required" : "optional")) === "required";
}

interface Declared {
  readonly model: Model;
  readonly commands?: Readonly<Record<string, CommandPromise>>;
  readonly owner?: Readonly<Record<string, Owner | undefined>>;
  readonly conflict?: Readonly<Record<string, ConflictRule | undefined>>;
  readonly newestBy?: string;
  readonly refusals?: Readonly<Record<string, string>>;
  readonly batch?: true;
}

/** What cannot be kept of the commands of a contract, in a sentence each. */
export function commandProblems(declared: Declared): readonly string[] {
  const { model, commands = {}, owner = {}, conflict = {} } = declared;
  const problems: string[] = [];
  const kinds = new Map<string, string>();
  for (const [name, promise] of Object.entries(commands)) {
    const kind = commandKind(promise);
    const { input, on, example } = promise;
    if (!isCost(promise.cost)) problems.push(`the command ${name} costs ${promise.cost}, which is no whole number from 1 to ${mostCost}.`);
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(name) || name === "batch") problems.push(`the command "${name}" must be snake_case, and not "batch".`);
    if ((on === "one") !== (kind !== "create"))
      problems.push(`the command ${name} is ${kind}, which ${on === "one" ? "makes something new" : 'needs `on: "one"`'}.`);
    if (kind !== "action" && kinds.has(kind)) problems.push(`the commands ${kinds.get(kind)} and ${name} would both be ${kind}, and so one operation.`);
    kinds.set(kind, name);
    if (kind === "delete" && input !== undefined) problems.push(`the command ${name} is a DELETE, which takes no input.`);
    if ((kind === "create" || kind === "update") && input === undefined) problems.push(`the command ${name} needs an input.`);
    if (promise.answers === "operation" && kind !== "create") problems.push(`the command ${name} answers with an operation, which only a create can.`);
    for (const field of Object.keys(input?.shape ?? {})) {
      if (kind !== "create" && field in model.shape && owner[field] === "erp") problems.push(`the command ${name} takes ${field}, which the ERP owns.`);
      if (conflict[field] === "newest" && kind === "update" && input !== undefined && !("effective_at" in input.shape))
        problems.push(`the rule of ${field} is newest, so the input of ${name} needs effective_at.`);
    }
    if (example !== undefined) {
      const checked = input?.safeParse(example);
      const where = checked?.error?.issues.map((issue) => issue.path.join(".")).join(", ");
      if (checked?.success !== true) problems.push(`the example of the command ${name} does not fit its input${where ? ` at ${where}` : ""}.`);
    }
  }
  for (const [field, rule] of Object.entries(conflict)) {
    if (rule === undefined) continue;
    if (owner[field] !== "shared") problems.push(`${field} has a rule for conflicts, and is not shared.`);
    if (rule === "newest" && declared.newestBy === undefined)
      problems.push(`the rule of ${field} is newest, so \`newestBy\` has to name the field with the time of change.`);
  }
  for (const code of Object.keys(declared.refusals ?? {})) if (!/^[a-z][a-z0-9-]{2,60}$/.test(code)) problems.push(`the refusal "${code}" must be kebab-case.`);
  if (declared.batch && Object.keys(commands).length === 0) problems.push("a batch needs commands.");
  return problems;
}
