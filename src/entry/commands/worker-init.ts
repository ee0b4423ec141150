/** `sluice worker init`: makes a project a Cloudflare Worker, with a binding for each of its databases. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { z } from "zod";
import { describeGateway } from "#gateway";
import { bundledProject, defaultProject, howToCall, loadProject } from "../project.ts";
import { databases, workerFiles } from "../worker-files.ts";
import { type Command, exitCodes, projectOption, refuse } from "./command.ts";
import { parseOptions, project } from "./options.ts";

/** The youngest day whose behaviour of the runtime this version was tested with. */
const compatibilityDate = "2026-11-01";

export const workerInit: Command = {
  name: "worker init",
  summary: "Make a project a Cloudflare Worker",
  usage: ["Writes worker.ts and wrangler.toml into the project's folder, with a binding for each of its databases. Nothing is overwritten."],
  options: { ...projectOption },
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ project }), input);
    const folder = await loadProject(typed.project ?? defaultProject(terminal.workingFolder));
    if (folder.path === bundledProject) return refuse(terminal, ["The bundled project is one already: `npm run worker:dev` runs it, wrangler.toml binds it."]);
    const { sources } = describeGateway(folder.definition);
    const name = `${basename(folder.path)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")}-gateway`;
    const files = workerFiles({ name, title: folder.definition.title, sources, sluice: howToCall(), compatibilityDate });
    const present = [...files.keys()].filter((file) => existsSync(join(folder.path, file)));
    if (present.length > 0) return refuse(terminal, [`${present.join(" and ")} in ${folder.path} would be overwritten. Move what is there away first.`]);
    for (const [file, text] of files) {
      await writeFile(join(folder.path, file), text, { flag: "wx" });
      terminal.say(`Wrote ${relative(terminal.workingFolder, join(folder.path, file))}`);
    }
    for (const line of nextSteps(databases(sources))) terminal.say(line);
    return exitCodes.done;
  },
};

function nextSteps(bound: ReturnType<typeof databases>): readonly string[] {
  return [
    "",
    "What is left, in the project's folder:",
    "  1. npm install --save-dev wrangler; keep .worker/, .wrangler/ and .dev.vars out of version control",
    "  2. npx wrangler hyperdrive create <name> --caching-disabled true --connection-string <url>, once for each database:",
    ...bound.map(({ binding, what }) => `       ${binding}: ${what}`),
    "     and the id it prints into wrangler.toml. An environment that there is not is left out of it.",
    "  3. npx wrangler secret put SLUICE_KEY_PEPPER, the same with SLUICE_SECRET, and PUBLIC_URL in wrangler.toml",
    "  4. npx wrangler deploy",
  ];
}
