#!/usr/bin/env node
/** The command line, `sluice`: finds the command, checks how it was typed, and turns its outcome into an exit code. */
import { parseArgs } from "node:util";
import { processVariables } from "#config";
import { checkCommand } from "./commands/check.ts";
import { type Command, exitCodes, type Terminal, UsageError } from "./commands/command.ts";
import { conflictList, conflictResolve, conflictShow } from "./commands/conflict.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { documentCommand } from "./commands/document.ts";
import { initCommand } from "./commands/init.ts";
import { introspectCommand } from "./commands/introspect.ts";
import { listenCommand } from "./commands/listen.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { operatorCommands } from "./commands/operator-commands.ts";
import { sourceGrants } from "./commands/source.ts";
import { sourceInstall, sourceUninstall } from "./commands/source-install.ts";
import { startCommand } from "./commands/start.ts";
import { typesCommand } from "./commands/types.ts";
import { workerCommand } from "./commands/worker.ts";
import { workerAssets } from "./commands/worker-assets.ts";
import { workerInit } from "./commands/worker-init.ts";
import { readOwnPackage } from "./init/own-package.ts";
import { describeFailure } from "./run.ts";

const commands: readonly Command[] = [
  initCommand,
  doctorCommand,
  startCommand,
  workerCommand,
  migrateCommand,
  documentCommand,
  typesCommand,
  introspectCommand,
  checkCommand,
  sourceGrants,
  sourceInstall,
  sourceUninstall,
  ...operatorCommands,
  listenCommand,
  conflictList,
  conflictShow,
  conflictResolve,
  workerInit,
  workerAssets,
];

async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  if (words[0] === "--version") {
    terminal.say(readOwnPackage().version);
    return exitCodes.done;
  }
  const meant = commands.filter(({ name }) => words.slice(0, name.split(" ").length).join(" ") === name);
  // `worker init` is more than `worker`.
  const [command] = meant.sort((a, b) => b.name.length - a.name.length);
  if (!command) {
    const asked = words.length === 0 || words[0] === "--help" || words[0] === "help";
    if (asked) terminal.say(overview());
    else terminal.complain(`There is no command "${words.filter((word) => !word.startsWith("-")).join(" ")}".\n\n${overview()}`);
    return asked ? exitCodes.done : exitCodes.usage;
  }
  try {
    const { values, positionals } = parseArgs({
      args: words.slice(command.name.split(" ").length),
      options: { ...command.options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values["help"] === true) {
      terminal.say(helpOf(command));
      return exitCodes.done;
    }
    if (positionals.length < (command.words?.length ?? 0)) throw new UsageError(`The ${command.words?.[positionals.length]} is missing.`);
    if (positionals.length > (command.words?.length ?? 0) + (command.moreWords ?? 0)) throw new UsageError(`"${positionals.at(-1)}" is one word too many.`);
    return await command.run({ values, words: positionals }, terminal);
  } catch (error) {
    if (error instanceof UsageError || (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))) {
      terminal.complain(`${error.message}\n\n${helpOf(command)}`);
      return exitCodes.usage;
    }
    terminal.complain(describeFailure(error));
    return exitCodes.refused;
  }
}

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: sluice <command> [options]",
    "",
    ...lines,
    "",
    "sluice <command> --help says more. Every command but init takes --project <folder>; without it, the project is the folder",
    "you are in. Commands that show something take --json.",
  ].join("\n");
}

function helpOf(command: Command): string {
  const [first = "", ...more] = command.usage;
  const options = /^[-[<]/.test(first) ? ` ${first}` : "";
  const remarks = options === "" ? command.usage : more;
  return [`Usage: sluice ${command.name}${options}`, "", `${command.summary}.`, ...remarks].join("\n");
}

// Set rather than exited: output that is still underway to a pipe would be cut off.
process.exitCode = await main(process.argv.slice(2), {
  workingFolder: process.cwd(),
  variables: processVariables(),
  say: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
});
