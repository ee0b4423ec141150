/** Checks each ERP database: reachable, by an account that can only read, under its limits, with the bound tables. */
import { type Config, type SourceUrls, sourceVariables } from "#config";
import { describeGateway, type GatewayDefinition, inspectSource, openSource, type SourceInspection } from "#gateway";
import { type Finding, fault, ok, reasonOf, warning } from "./finding.ts";

const environments = ["live", "test"] as const;

export async function checkSources(definition: GatewayDefinition, config: Config): Promise<readonly Finding[]> {
  if (config.sources.kind === "embedded") return [ok("sources", "The project's bundled ERP, in the embedded Postgres.")];
  const { urls } = config.sources;
  const findings = await Promise.all(describeGateway(definition).sources.map(({ name }) => checkSource(definition, config, name, urls.get(name) ?? {})));
  return findings.flat();
}

async function checkSource(definition: GatewayDefinition, config: Config, name: string, urls: SourceUrls): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (urls.live !== undefined && urls.live === urls.test)
    findings.push(warning(name, "Its live and its test environment are the same database.", "Give the test environment a database of its own."));
  for (const [index, environment] of environments.entries()) {
    const variable = sourceVariables(name)[index] ?? "";
    const url = urls[environment];
    if (url === undefined)
      findings.push(warning(`${name}.${environment}`, `${variable} is not set: ${environment} keys are answered with 503.`, `Set ${variable}.`));
    else findings.push(...(await checkDatabase(definition, config, { name, environment, variable, url })));
  }
  return findings;
}

interface Place {
  readonly name: string;
  readonly environment: "live" | "test";
  readonly variable: string;
  readonly url: string;
}

async function checkDatabase(definition: GatewayDefinition, config: Config, { name, environment, variable, url }: Place): Promise<readonly Finding[]> {
  const about = `${name}.${environment}`;
  const resources = definition.resources.filter(({ source }) => source.name === name);
  const limits = { statementTimeoutMs: config.sourceTimeoutMs, lockTimeoutMs: config.sourceLockTimeoutMs };
  const dialect = resources[0]?.source.dialect ?? "postgres";
  const options = {
    ...limits,
    url,
    maxConnections: 1,
    acquireTimeoutMs: config.sourceTimeoutMs,
    prepare: config.sourcePrepare,
    applicationName: "sluice doctor",
  };
  const database = openSource(dialect, options);
  try {
    return findingsOf(about, await inspectSource(resources, database, limits));
  } catch (error) {
    return [fault(about, `${variable}: ${reasonOf(error)}`, `See to it that the database runs and the account may enter, or correct ${variable}.`)];
  } finally {
    await database.close();
  }
}

function findingsOf(about: string, { server, user, mayWrite, limitsMissing, missing, writes, footprint, capture }: SourceInspection): readonly Finding[] {
  return [
    ok(about, `A ${server}, entered as ${user}.`),
    writes ? writingAccount(about, mayWrite) : readingAccount(about, mayWrite),
    limitsMissing.length === 0
      ? ok(about, "Statements run under their time limits, in read-only transactions.")
      : fault(
          about,
          `Limits are not in force: ${limitsMissing.join(", ")}.`,
          "Connect to the server itself or to a pooler in session mode, and see to it that it knows these limits.",
        ),
    ...missing.map(({ resource, table }) =>
      fault(
        about,
        `${resource}: there is no table ${table}, or the account may not see it.`,
        `Correct resources/${resource}/erp.ts, or grant SELECT on the table.`,
      ),
    ),
    ...(missing.length === 0 ? [ok(about, "All bound tables are there.")] : []),
    ...[...(footprint === undefined ? [] : [footprint]), ...capture].map((what) => fault(about, `${what}.`, install)),
  ];
}

const install = "Run `sluice source install`, or have somebody run what `sluice source install --print --role <account>` prints.";

function readingAccount(about: string, mayWrite: readonly string[]): Finding {
  if (mayWrite.length === 0) return ok(about, "The account can only read.");
  const remedy = "Give the gateway an account with SELECT on the bound tables and nothing more.";
  return warning(about, `The account can do more than read: it ${mayWrite.join(", and it ")}.`, remedy);
}

/** Which tables it has to write is for `sluice source grants` to say; more than that makes it more dangerous than it has to be. */
function writingAccount(about: string, mayWrite: readonly string[]): Finding {
  if (mayWrite.length === 0) return fault(about, "The account can only read, and commands are promised.", "Grant it what `sluice source grants` prints.");
  if (!mayWrite.some((can) => /superuser|may create|SUPER|ALL PRIVILEGES|GRANT OPTION/.test(can))) return ok(about, "The account can write, as commands need.");
  const remedy = "Give the gateway an account with what `sluice source grants` prints and nothing more.";
  return warning(about, `The account can do more than commands need: it ${mayWrite.join(", and it ")}.`, remedy);
}
