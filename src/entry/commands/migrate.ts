/** `sluice migrate`: brings the gateway's own tables to the newest form. */
import { z } from "zod";
import { migrateStore } from "../open-store.ts";
import { type Command, exitCodes, jsonOption, projectOption } from "./command.ts";
import { json, parseOptions, project } from "./options.ts";

export const migrateCommand: Command = {
  name: "migrate",
  summary: "Bring the gateway's own tables to the newest form",
  usage: ["Several may run at once; one works, the others wait."],
  options: { ...projectOption, ...jsonOption },
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ project, json }), input);
    const applied = await migrateStore({ ...terminal, project: typed.project });
    if (typed.json) terminal.say(JSON.stringify({ applied }));
    else terminal.say(applied.length === 0 ? "Nothing to do." : `Applied ${applied.join(", ")}`);
    return exitCodes.done;
  },
};
