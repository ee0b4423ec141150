/** `sluice document`: writes the OpenAPI document of each contract version, or checks that what is committed is current. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { z } from "zod";
import { documentsOf } from "#gateway";
import { bundledProject, defaultProject, loadProject } from "../project.ts";
import { type Command, exitCodes, projectOption, refuse } from "./command.ts";
import { parseOptions, project } from "./options.ts";

export const documentCommand: Command = {
  name: "document",
  summary: "Write the OpenAPI documents, one per contract version",
  usage: ["[--check]", "With --check nothing is written; it fails when a committed document is not what the contracts give."],
  options: { check: { type: "boolean" }, ...projectOption },
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ check: z.boolean().default(false), project }), input);
    const folder = await loadProject(typed.project ?? defaultProject(terminal.workingFolder));
    // The bundled project's documents lie beside it; another project keeps its own.
    const target = folder.path === bundledProject ? resolve(bundledProject, "../openapi") : join(folder.path, "openapi");
    const wanted = new Map([...documentsOf(folder.definition)].map(([version, text]) => [`${version}.json`, text]));
    const present = await readPresent(target);

    const names = [...new Set([...wanted.keys(), ...present.keys()])].sort();
    const different = names.filter((name) => wanted.get(name) !== present.get(name));
    if (typed.check) {
      if (different.length === 0) return exitCodes.done;
      return refuse(terminal, [
        ...different.map((name) => `${relative(terminal.workingFolder, join(target, name))} is not what the contracts give.`),
        "Run `sluice document` and commit what it writes.",
      ]);
    }
    await mkdir(target, { recursive: true });
    for (const name of different) {
      const text = wanted.get(name);
      if (text === undefined) await rm(join(target, name));
      else await writeFile(join(target, name), text);
      terminal.say(`${text === undefined ? "Removed" : "Wrote"} ${relative(terminal.workingFolder, join(target, name))}`);
    }
    if (different.length === 0) terminal.say("Nothing to do.");
    return exitCodes.done;
  },
};

async function readPresent(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []); // A project without documents yet.
  const dated = names.filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name));
  return new Map(await Promise.all(dated.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)));
}
