/** What cannot be kept of the commands of a binding: found at start, in a sentence each, before a partner finds it. */

import { z } from "zod";
import { commandKind } from "#contract/command.ts";
import type { AnyConversion, Condition } from "../binding/conversion.ts";
import type { Binding, BoundResource } from "../binding/source.ts";
import type { Catalog } from "../dialects/dialect.ts";
import { aliasOf, physicalName } from "../read/relation.ts";
import type { Also, AnyCommand, InsertCommand, UpdateCommand } from "./command.ts";

/** Members of an input that no column is meant for. */
const notWritten: ReadonlySet<string> = new Set(["effective_at"]);

/** `catalog`: for the tables that commands stage rows in, where there is one at hand. */
export function commandProblems({ contract, source, binding }: BoundResource, catalog?: Catalog): readonly string[] {
  const problems: string[] = [];
  for (const [name, promise] of Object.entries(contract.commands)) {
    const say = (why: string): void => void problems.push(`${contract.name}.${name}: ${why}`);
    const command = binding.commands[name];
    if (command === undefined) {
      say("the contract promises this command, and the binding does not carry it out.");
      continue;
    }
    if (isStaged(command) !== (promise.answers === "operation"))
      say(
        isStaged(command)
          ? 'a staged row is taken up later, so the contract has to say `answers: "operation"`.'
          : "it answers with an operation, so it has to stage a row.",
      );
    if (isStaged(command) && catalog !== undefined)
      for (const why of stagedProblems(physicalName(source, command.table), [command.key, ...command.watch], catalog)) say(why);
    if (isPlain(command)) for (const why of plainProblems(binding, command, promise.input)) say(why);
    if (source.footprint === "none") for (const why of withoutFootprint(binding, commandKind(promise), isStaged(command), promise.input)) say(why);
  }
  for (const name of Object.keys(binding.commands))
    if (!Object.hasOwn(contract.commands, name))
      problems.push(`${contract.name}.${name}: the binding carries out a command that the contract does not promise.`);
  for (const { code, sqlstate, message, status } of binding.refusals) {
    if (!Object.hasOwn(contract.refusals, code)) problems.push(`${contract.name}: the refusal "${code}" of the binding is none of the contract's.`);
    if (sqlstate === undefined && message === undefined && status === undefined)
      problems.push(`${contract.name}: the refusal "${code}" says of no error that it is meant.`);
  }
  return problems;
}

/** Tables that commands stage rows in, with the columns that are looked at, as the bindings call them. */
export function stagedTables({ commands }: Binding): ReadonlyMap<string, ReadonlySet<string>> {
  const tables = new Map<string, Set<string>>();
  for (const command of Object.values(commands)) {
    if (!isStaged(command)) continue;
    const columns = tables.get(command.table) ?? new Set<string>();
    tables.set(command.table, columns);
    for (const column of [command.key, ...command.watch]) columns.add(column);
  }
  return tables;
}

function isStaged(command: AnyCommand): command is Extract<AnyCommand, { kind: "stage" }> {
  return typeof command === "object" && command.kind === "stage";
}

function isPlain(command: AnyCommand): command is InsertCommand | UpdateCommand {
  return typeof command === "object" && (command.kind === "insert" || command.kind === "update");
}

function stagedProblems(table: string, columns: readonly string[], catalog: Catalog): readonly string[] {
  const known = catalog.get(table);
  if (known === undefined) return [`there is no table ${table} to stage rows in, or this account may not read it.`];
  return columns.filter((column) => !known.has(column)).map((column) => `${table} has no column ${column}, which the staged row is known by.`);
}

function plainProblems(binding: Binding, command: InsertCommand | UpdateCommand, input: z.ZodObject | undefined): readonly string[] {
  const what = `a plain ${command.kind}`;
  const problems: string[] = [];
  if (binding.args !== undefined) problems.push(`${what} has no table, since the rows come from a stored function.`);
  const members = Object.entries(input?.shape ?? {}).filter(([name]) => !notWritten.has(name));
  const written = members.flatMap(([name, schema]) => {
    const conversion = Object.hasOwn(binding.fields, name) ? binding.fields[name] : undefined;
    if (conversion === undefined) {
      problems.push(`the input has ${name}, which is no field of the binding, so ${what} would lose it. Write a function.`);
      return [];
    }
    return writtenBy(conversion, schema, name, what, problems);
  });
  const columns = new Set(written.map(({ column }) => column));
  for (const { column, path } of written) {
    const alias = aliasOf(binding, column);
    if (alias !== undefined) problems.push(`${path} stands in the joined table "${alias}", which ${what} does not write. Write a function.`);
    if (command.kind === "update" && binding.key.includes(column)) problems.push(`${path} is a part of the key, and a thing keeps its id. Write a function.`);
  }
  if (command.kind === "insert") problems.push(...unfilled(binding, command.also, columns));
  return problems;
}

/** The columns that a member of an input is written into; notes what cannot be written. */
function writtenBy(
  conversion: AnyConversion,
  schema: unknown,
  path: string,
  what: string,
  problems: string[],
): readonly { readonly column: string; readonly path: string }[] {
  if (conversion.children !== undefined) {
    problems.push(`the input has ${path}, whose rows stand in ${conversion.children.table}, which ${what} does not write. Write a function.`);
    return [];
  }
  if (conversion.kind === "group") {
    const shape = objectShape(schema);
    return Object.entries(conversion.parts ?? {}).flatMap(([member, part]) =>
      shape === undefined || Object.hasOwn(shape, member) ? writtenBy(part.conversion, shape?.[member], `${path}.${member}`, what, problems) : [],
    );
  }
  if (conversion.write === undefined) {
    const why = conversion.columns.some((column) => typeof column !== "string") ? "is an expression" : `is bound by ${conversion.kind}`;
    const how = conversion.kind === "bits" ? ' unless it says `whenWritten: "clear-unnamed"`' : "";
    problems.push(`the input has ${path}, which ${why} and cannot be written${how}. Write a function, or leave it out.`);
    return [];
  }
  return conversion.columns.flatMap((column) => (typeof column === "string" ? [{ column, path }] : []));
}

/** The members of an object's schema, whatever is wrapped around it. */
function objectShape(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  let inner = schema;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable || inner instanceof z.ZodDefault) inner = inner.unwrap();
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

/** Columns without which a new row is none of the resource's, as far as can be told: what a function adds is known when it runs. */
function unfilled(binding: Binding, also: Also, columns: ReadonlySet<string>): readonly string[] {
  if (typeof also === "function") return [];
  const left = (column: string): boolean => aliasOf(binding, column) === undefined && !columns.has(column) && !Object.hasOwn(also, column);
  const account = typeof binding.account === "string" && left(binding.account) && !isEqual(binding.where[binding.account]) ? [binding.account] : [];
  const choices = Object.entries(binding.where).filter(([column, condition]) => isChoice(condition) && left(column));
  return [
    ...account.map((column) => `nothing fills ${column}, by which the new row would be the partner's. Give it in \`also\`.`),
    ...choices.map(([column]) => `nothing fills ${column}, which has to be one of several values. Give it in \`also\`.`),
  ];
}

function isEqual(condition: Condition | undefined): boolean {
  return condition !== undefined && (condition === null || typeof condition !== "object" || condition instanceof Uint8Array);
}

function isChoice(condition: Condition): boolean {
  return Array.isArray(condition);
}

/** Where the ERP takes no receipts, only the partner's own number tells whether something was made before. */
function withoutFootprint({ naturalKey, fields }: Binding, kind: string, staged: boolean, input: z.ZodObject | undefined): readonly string[] {
  if (kind !== "create" || staged) return ["the source has no footprint, so only commands that make something in the ERP at once can be promised."];
  if (naturalKey === undefined) return ["the source has no footprint, so the binding needs a `naturalKey`: the field with the partner's own number."];
  if (fields[naturalKey]?.inverse === undefined)
    return [`the natural key ${naturalKey} cannot be looked up, since its conversion does not lead back to columns.`];
  if (!Object.hasOwn(input?.shape ?? {}, naturalKey)) return [`the input has no ${naturalKey}, the natural key that a repetition would be known by.`];
  return [];
}
