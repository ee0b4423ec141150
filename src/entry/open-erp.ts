/** Finds the ERP's databases for a command: those that are configured, or the embedded ones of the folder. */

import { readConfig, type SourceUrls, sourceVariables, type Variables } from "#config";
import { describeGateway, type OpenDatabase, openSource } from "#gateway";
import { joinEmbedded, openEmbedded } from "./embedded/open.ts";
import { claim } from "./embedded/running.ts";
import { openStateFolder } from "./embedded/state-folder.ts";
import { withEnvFile } from "./env-file.ts";
import type { ProjectFolder } from "./project.ts";
import { stateParent } from "./state-parent.ts";
import { createStoppable, type Stoppable } from "./stop.ts";

export type Environment = "live" | "test";

export interface ErpOptions {
  readonly folder: ProjectFolder;
  readonly project: string | undefined;
  readonly workingFolder: string;
  readonly variables: Variables;
  /** Only these are asked; the others need not be configured. */
  readonly environments: readonly Environment[];
}

/** Opens one connection to a source in an environment; undefined where that is not configured. */
export type OpenErp = (source: string, environment: Environment) => OpenDatabase | undefined;

/** Runs `work`, and closes afterwards what was opened. Throws an Error with a sentence when nothing is configured. */
export async function withErp<T>(options: ErpOptions, work: (open: OpenErp) => Promise<T>): Promise<T> {
  const { folder, variables, environments } = options;
  const { sources } = describeGateway(folder.definition);
  const read = readConfig(erpVariables(withEnvFile(folder.path, variables), sources, environments), sources);
  if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
  const { config } = read;
  const life = createStoppable(() => undefined);
  try {
    const urls = config.sources.kind === "external" ? config.sources.urls : await embeddedUrls(options, life);
    return await work((source, environment) => {
      const dialect = sources.find(({ name }) => name === source)?.dialect;
      const url = urls.get(source)?.[environment];
      if (dialect === undefined) throw new Error(`There is no source ${source}.`);
      if (url === undefined) return undefined;
      const database = openSource(dialect, {
        url,
        maxConnections: 1,
        acquireTimeoutMs: config.sourceConnectTimeoutMs,
        statementTimeoutMs: config.sourceTimeoutMs,
        lockTimeoutMs: config.sourceLockTimeoutMs,
        prepare: false,
        applicationName: "sluice check",
      });
      life.onStop(() => database.close());
      return database;
    });
  } finally {
    await life.stop();
  }
}

/** What concerns the ERP alone: a command on it needs no store, no secrets, and no environment it does not look at. */
function erpVariables(variables: Variables, sources: readonly { readonly name: string }[], environments: readonly Environment[]): Variables {
  const named: Record<string, string | undefined> = {};
  for (const name of ["SOURCE_TIMEOUT_MS", "SOURCE_LOCK_TIMEOUT_MS", "SOURCE_CONNECT_TIMEOUT_MS"]) named[name] = variables[name];
  for (const { name } of sources) {
    const [live, test] = sourceVariables(name);
    if (environments.includes("live")) named[live] = variables[live];
    if (environments.includes("test")) named[test] = variables[test];
  }
  return named;
}

/** As a first run made them. */
async function embeddedUrls(options: ErpOptions, life: Stoppable): Promise<ReadonlyMap<string, SourceUrls>> {
  const { folder } = options;
  const { sources } = describeGateway(folder.definition);
  const { firstRun } = folder;
  if (firstRun === undefined)
    throw new Error(
      `The project in ${folder.path} bundles no ERP, so the URL of one has to be set: ${sources.flatMap(({ name }) => sourceVariables(name)).join(", ")}.`,
    );
  const state = openStateFolder(stateParent(options));
  const result = claim(state);
  if (result.kind === "taken" && result.by.url === undefined)
    throw new Error(`${state.path} is in use by pid ${result.by.pid}, which does not serve yet. Try again in a moment.`);
  if (result.kind === "claimed") life.onStop(result.claim.release);
  const { cluster } = result.kind === "taken" ? joinEmbedded(state) : await openEmbedded(state, { fresh: false, say: () => undefined });
  life.onStop(() => cluster.stop());
  const url = (environment: Environment): string => cluster.url(`${firstRun.database}_${environment}`);
  return new Map(sources.map(({ name }) => [name, { live: url("live"), test: url("test") }]));
}
