/** The databases that a project's environment names, for a suite that runs against the ERP as it is: it only reads. */
import { type DeclaredSource, processVariables, readConfig, sourceVariables } from "#config";
import { withEnvFile } from "#entry/env-file.ts";
import { describeGateway, type GatewayDefinition } from "#gateway";
import type { PreparedProject } from "./project.ts";

/**
 * Reads `<SOURCE>_LIVE_URL` and `<SOURCE>_TEST_URL` of every source from the environment and from `.env` of `folder`, the
 * folder of the project. Where only the test database is named, it stands behind live keys as well, so that a CI which is
 * let near no other database can run the suite. Throws an Error that names what is missing.
 */
export async function configuredDatabases(definition: GatewayDefinition, folder: string = process.cwd()): Promise<PreparedProject> {
  const { sources } = describeGateway(definition);
  const variables = withEnvFile(folder, processVariables());
  const named = sources.flatMap(({ name }) => sourceVariables(name)).map((variable) => [variable, variables[variable]]);
  const read = readConfig(Object.fromEntries(named), sources);
  if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
  const { config } = read;
  if (config.sources.kind === "embedded") throw new Error(`The suite needs the databases of the ERP: ${sources.map(howToName).join("; ")}.`);
  return {
    sources: new Map([...config.sources.urls].map(([name, { live, test }]) => [name, { ...(test !== undefined && { test }), live: live ?? test ?? "" }])),
  };
}

function howToName({ name }: DeclaredSource): string {
  const [live, test] = sourceVariables(name);
  return `set ${live} or ${test}, in the environment or in .env`;
}
