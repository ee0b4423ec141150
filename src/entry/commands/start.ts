/** `sluice start`: runs the gateway of a project. */
import { z } from "zod";
import { runGateway } from "../run.ts";
import { type Command, exitCodes, projectOption } from "./command.ts";
import { parseOptions, project } from "./options.ts";

export const startCommand: Command = {
  name: "start",
  summary: "Run the gateway of a project",
  usage: ["[--project <folder>] [--fresh]", "--fresh throws away the embedded databases of an earlier run."],
  options: { fresh: { type: "boolean" }, ...projectOption },
  run: async (input) => {
    const typed = parseOptions(z.object({ fresh: z.boolean().default(false), project }), input);
    await runGateway({ project: typed.project, fresh: typed.fresh });
    return exitCodes.done;
  },
};
