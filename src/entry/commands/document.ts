/** `sluice document`: writes the OpenAPI document of each contract version, or checks that what is committed is current. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { z } from "zod";
import { compareDocuments, type DocumentComparison } from "../documents.ts";
import { defaultProject, loadProject } from "../project.ts";
import { type Command, exitCodes, projectOption, refuse, type Terminal } from "./command.ts";
import { parseOptions, project } from "./options.ts";

export const documentCommand: Command = {
  name: "document",
  summary: "Write the OpenAPI documents, one per contract version",
  usage: ["[--check]", "With --check nothing is written; it fails when a committed document is not what the contracts give."],
  options: { check: { type: "boolean" }, ...projectOption },
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ check: z.boolean().default(false), project }), input);
    const folder = typed.project ?? defaultProject(terminal.workingFolder);
    if (!typed.check) {
      await writeDocuments(folder, terminal);
      return exitCodes.done;
    }
    const { target, different } = await compareDocuments(await loadProject(folder));
    if (different.length === 0) return exitCodes.done;
    return refuse(terminal, [
      ...different.map((name) => `${shown(terminal, target, name)} is not what the contracts give.`),
      "Run `sluice document` and commit what it writes.",
    ]);
  },
};

/** Writes those that are not current, and removes those of versions that are no more. */
export async function writeDocuments(folder: string, terminal: Terminal): Promise<void> {
  const { target, wanted, different }: DocumentComparison = await compareDocuments(await loadProject(folder));
  await mkdir(target, { recursive: true });
  for (const name of different) {
    const text = wanted.get(name);
    if (text === undefined) await rm(join(target, name));
    else await writeFile(join(target, name), text);
    terminal.say(`${text === undefined ? "Removed" : "Wrote"} ${shown(terminal, target, name)}`);
  }
  if (different.length === 0) terminal.say("Nothing to do.");
}

function shown({ workingFolder }: Terminal, target: string, name: string): string {
  return relative(workingFolder, join(target, name));
}
