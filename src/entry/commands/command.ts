/** The form of a command of the CLI, and what it is given to work with. */
import type { ParseArgsConfig } from "node:util";
import type { Variables } from "#config";

export interface Command {
  /** As typed, e.g. `key create`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name, e.g. `--partner <name|id> [--json]`; a line of its own for each thing worth saying. */
  readonly usage: readonly string[];
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** The words it takes besides its options, by what they are called. */
  readonly words?: readonly string[];
  /** How many further words it may take. */
  readonly moreWords?: number;
  /** `input` is what was typed, not yet checked. Resolves to the exit code. */
  run(input: CommandInput, terminal: Terminal): Promise<number>;
}

export interface CommandInput {
  readonly values: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

export interface Terminal {
  readonly workingFolder: string;
  readonly variables: Variables;
  /** To standard output: what the command is for. */
  say(text: string): void;
  /** To standard error: what is said beside it. */
  complain(text: string): void;
}

/** Exit codes: scripts tell a refusal from a mistyped command. */
export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

/** A command that was typed wrongly; the message says how. */
export class UsageError extends Error {}

/** Options of every command that works on a project. */
export const projectOption = { project: { type: "string" } } as const;
export const jsonOption = { json: { type: "boolean" } } as const;

export function refuse(terminal: Terminal, reasons: readonly string[]): number {
  for (const reason of reasons) terminal.complain(reason);
  return exitCodes.refused;
}

/** Columns as wide as their widest cell, two blanks between them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What is known of one thing, a line each; what is null is left out. */
export function facts(known: readonly (readonly [name: string, value: string | null])[]): string {
  const width = Math.max(...known.map(([name]) => name.length));
  return known.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(width)}  ${value}`])).join("\n");
}
