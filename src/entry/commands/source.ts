/** `sluice source ...`: what an ERP's DBA needs to know. */

import { z } from "zod";
import { sourceVariables, type Variables } from "#config";
import { type GatewayDefinition, grantsFor } from "#gateway";
import { withEnvFile } from "../env-file.ts";
import { defaultProject, loadProject } from "../project.ts";
import { type Command, exitCodes, projectOption, refuse } from "./command.ts";
import { environment, parseOptions, project } from "./options.ts";

export const sourceGrants: Command = {
  name: "source grants",
  summary: "Print the least privileges that the bindings need, for a DBA to run",
  usage: [
    "[--role <name>] [--source <name>] [--env live|test] [--database <name>] [--schema <name>]",
    "No database is asked. The database's name comes from --database or the source's URL; the schema from the source's",
    "declaration or --schema, else it is public (Postgres). MariaDB takes <name>@<host> as --role, too.",
  ],
  options: {
    role: { type: "string" },
    source: { type: "string" },
    env: { type: "string" },
    database: { type: "string" },
    schema: { type: "string" },
    ...projectOption,
  },
  run: async (input, terminal) => {
    const name = z.string().min(1, "is empty").optional();
    const typed = parseOptions(z.object({ role: name, source: name, env: environment.default("live"), database: name, schema: name, project }), input);
    const { path, definition } = await loadProject(typed.project ?? defaultProject(terminal.workingFolder));
    const sources = [...new Set(definition.resources.map(({ source }) => source.name))];
    if (typed.source !== undefined && !sources.includes(typed.source))
      return refuse(terminal, [`There is no source "${typed.source}". There are: ${sources.join(", ")}.`]);
    const undeclared: string[] = [];
    for (const source of typed.source === undefined ? sources : [typed.source]) {
      const database = typed.database ?? databaseOf(withEnvFile(path, terminal.variables), source, typed.env);
      const grants = grantsFor(resourcesOf(definition, source), { role: typed.role, database, schema: typed.schema });
      if (sources.length > 1) terminal.say(`-- ${source}`);
      for (const line of grants.lines) terminal.say(line);
      undeclared.push(...grants.undeclared);
    }
    return undeclared.length === 0 ? exitCodes.done : refuse(terminal, [...undeclared, "The grants above do not cover that."]);
  },
};

function resourcesOf({ resources }: GatewayDefinition, source: string): GatewayDefinition["resources"] {
  return resources.filter((resource) => resource.source.name === source);
}

/** The last part of the URL's path. */
export function databaseOf(variables: Variables, source: string, env: "live" | "test"): string | undefined {
  const [live, test] = sourceVariables(source);
  const url = variables[env === "live" ? live : test] ?? "";
  const path = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname.slice(1)) : "";
  return path === "" ? undefined : path;
}
