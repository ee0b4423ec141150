/** Opens for a command what conflicts are looked at with: the ERP's databases, the partners, and the secret that seals values. */

import { type Config, readConfig, type SourceUrls } from "#config";
import type { PartnerRecords } from "#control-plane/partners/partner-records.ts";
import { type ConflictDesk, conflictDesk, describeGateway, type GatewayDefinition, openSource } from "#gateway";
import { connectStore } from "#store/connect.ts";
import { partnerRecords } from "#store/partners.ts";
import { storeDatabase } from "./embedded/first-run.ts";
import { joinEmbedded, openEmbedded } from "./embedded/open.ts";
import { claim } from "./embedded/running.ts";
import { openStateFolder } from "./embedded/state-folder.ts";
import { withEnvFile } from "./env-file.ts";
import type { Environment } from "./open-erp.ts";
import type { OpenOptions } from "./open-store.ts";
import { defaultProject, loadProject, type ProjectFolder } from "./project.ts";
import { stateParent } from "./state-parent.ts";
import { createStoppable, type Stoppable } from "./stop.ts";

export interface Desk extends ConflictDesk {
  readonly source: string;
  readonly environment: Environment;
}

export interface Conflicts {
  /** One for each source that partners write to, and each environment that is configured. */
  readonly desks: readonly Desk[];
  readonly partners: PartnerRecords;
}

interface Place {
  readonly storeUrl: string;
  readonly secret: Uint8Array;
  readonly urls: ReadonlyMap<string, SourceUrls>;
}

/** Runs `work`, and closes afterwards what was opened. Throws an Error with a sentence when something is not configured. */
export async function withConflicts<T>(options: OpenOptions, environments: readonly Environment[], work: (conflicts: Conflicts) => Promise<T>): Promise<T> {
  const folder = await loadProject(options.project ?? defaultProject(options.workingFolder));
  const { sources } = describeGateway(folder.definition);
  const read = readConfig(withEnvFile(folder.path, options.variables), sources);
  if (read.kind === "invalid") throw new Error(read.reasons.join("\n"));
  const life = createStoppable(() => undefined);
  try {
    const place = await placeOf(read.config, options, folder, life);
    const store = connectStore({ url: place.storeUrl, poolSize: 1, timeoutMs: read.config.storeTimeoutMs, onBrokenConnection: () => undefined });
    life.onStop(() => store.destroy());
    return await work({ desks: desksOf(folder.definition, place, read.config, environments, life), partners: partnerRecords(store) });
  } finally {
    await life.stop();
  }
}

async function placeOf(config: Config, options: OpenOptions, folder: ProjectFolder, life: Stoppable): Promise<Place> {
  const { store, sources, secret } = config;
  if (store.kind === "external" && sources.kind === "external" && secret !== undefined) return { storeUrl: store.url, secret, urls: sources.urls };
  const state = openStateFolder(stateParent(options));
  const result = claim(state);
  if (result.kind === "taken" && result.by.url === undefined)
    throw new Error(`${state.path} is in use by pid ${result.by.pid}, which does not serve yet. Try again in a moment.`);
  if (result.kind === "claimed") life.onStop(result.claim.release);
  const { cluster, secrets } = result.kind === "taken" ? joinEmbedded(state) : await openEmbedded(state, { fresh: false, say: () => undefined });
  life.onStop(() => cluster.stop());
  const { firstRun } = folder;
  const own = (environment: Environment): string => cluster.url(`${firstRun?.database}_${environment}`);
  const embedded = new Map(describeGateway(folder.definition).sources.map(({ name }) => [name, { live: own("live"), test: own("test") }]));
  if (sources.kind === "embedded" && firstRun === undefined) throw new Error(`The project in ${folder.path} bundles no ERP, so the URL of one has to be set.`);
  return {
    storeUrl: store.kind === "external" ? store.url : cluster.url(storeDatabase),
    secret: secret ?? secrets.secret,
    urls: sources.kind === "external" ? sources.urls : embedded,
  };
}

function desksOf(
  definition: GatewayDefinition,
  { urls, secret }: Place,
  config: Config,
  environments: readonly Environment[],
  life: Stoppable,
): readonly Desk[] {
  const written = definition.resources.filter(({ contract, source }) => Object.keys(contract.commands).length > 0 && source.footprint !== "none");
  const sources = new Map(written.map(({ source }) => [source.name, source]));
  return [...sources.values()].flatMap((source) =>
    environments.flatMap((environment) => {
      const url = urls.get(source.name)?.[environment];
      if (url === undefined) return [];
      const database = openSource(source.dialect, {
        ...{ url, maxConnections: 1, acquireTimeoutMs: config.sourceConnectTimeoutMs, statementTimeoutMs: config.sourceTimeoutMs },
        ...{ lockTimeoutMs: config.sourceLockTimeoutMs, prepare: false, applicationName: "sluice conflict" },
      });
      life.onStop(() => database.close());
      const desk = conflictDesk({
        ...{ source, resources: definition.resources, secret, previousSecrets: config.previousSecrets },
        ...{ database, now: Date.now },
      });
      return [{ ...desk, source: source.name, environment }];
    }),
  );
}
