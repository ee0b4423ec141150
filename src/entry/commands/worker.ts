/** `sluice worker`: relays and delivers events in a process of its own. */
import { z } from "zod";
import { runProcess } from "../run.ts";
import { work } from "../work.ts";
import { type Command, exitCodes, projectOption } from "./command.ts";
import { parseOptions, project } from "./options.ts";

export const workerCommand: Command = {
  name: "worker",
  summary: "Relay and deliver events beside the gateway, without a port for partners",
  usage: ["[--project <folder>]", "`sluice start` does the same beside serving requests; any number of both share the work."],
  options: projectOption,
  run: async (input) => {
    const typed = parseOptions(z.object({ project }), input);
    await runProcess((options, life) => work({ ...options, project: typed.project }, life));
    return exitCodes.done;
  },
};
