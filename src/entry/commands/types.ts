/** `sluice types`: has the project's TypeScript check it, and says what is refused without the types around it. */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { z } from "zod";
import { compilerOf, refusalsIn } from "../compiler.ts";
import { defaultProject } from "../project.ts";
import { type Command, exitCodes, projectOption, refuse } from "./command.ts";
import { parseOptions, project } from "./options.ts";

export const typesCommand: Command = {
  name: "types",
  summary: "Check the project's types, and say what they refuse in a sentence each",
  usage: ["[--verbose]", "--verbose shows the compiler's own words, types and all."],
  options: { verbose: { type: "boolean" }, ...projectOption },
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ verbose: z.boolean().default(false), project }), input);
    const folder = resolve(terminal.workingFolder, typed.project ?? defaultProject(terminal.workingFolder));
    const compiler = compilerOf(folder);
    if (compiler === undefined) return refuse(terminal, ["TypeScript is not installed in the project: npm install --save-dev typescript"]);
    const { code, out } = await new Promise<{ readonly code: number; readonly out: string }>((done) => {
      execFile(process.execPath, [compiler, "--noEmit", "--pretty", "false"], { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        done({ code: error === null ? 0 : 1, out: stdout + stderr }),
      );
    });
    if (code === 0) return exitCodes.done;
    for (const line of typed.verbose ? [out.trimEnd()] : refusalsIn(out)) terminal.say(line);
    return exitCodes.refused;
  },
};
