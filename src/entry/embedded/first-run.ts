/** Brings up what a first run needs and later runs find again: server, ERP databases, the gateway's own tables. */
import type { Config, DeclaredSource, SourceUrls } from "#config";
import { type BoundResource, installWhole, openSource } from "#gateway";
import { migrate } from "#store/migrate.ts";
import type { FirstRun } from "../project.ts";
import type { Stoppable } from "../stop.ts";
import type { Cluster } from "./cluster.ts";
import { ensureDatabase, withClient } from "./databases.ts";
import { openEmbedded } from "./open.ts";
import { type Claim, claim } from "./running.ts";
import { openStateFolder, type StateFolder } from "./state-folder.ts";

/** Name of the database that holds the gateway's own tables. */
export const storeDatabase = "sluice";

export type Taken =
  | { readonly kind: "taken"; readonly state: StateFolder; readonly claim: Claim }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Takes the state folder below `parent` for this process, unless another one has it. */
export function takeStateFolder(parent: string): Taken {
  const state = openStateFolder(parent);
  const result = claim(state);
  if (result.kind === "claimed") return { kind: "taken", state, claim: result.claim };
  const where = result.by.url === undefined ? "it has not got as far as serving" : `serving ${result.by.url}`;
  return {
    kind: "refused",
    reasons: [`Sluice runs already in ${parent} (pid ${result.by.pid}, ${where}). Stop it first, or start this one in another folder.`],
  };
}

export interface FirstRunOptions {
  readonly fresh: boolean;
  readonly say: (line: string) => void;
  readonly firstRun: FirstRun | undefined;
  readonly sources: readonly DeclaredSource[];
  /** Resources of each source that something is left in. */
  readonly withFootprint: readonly (readonly BoundResource[])[];
  readonly config: Config;
}

/** Where everything is that a gateway needs. */
export interface Prepared {
  readonly storeUrl: string;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly keyPeppers: ReadonlyMap<number, Uint8Array>;
  readonly secret: Uint8Array;
}

/** Each step finds what an earlier run completed, and does what is missing. */
export async function prepareFirstRun(state: StateFolder, options: FirstRunOptions, life: Stoppable): Promise<Prepared> {
  const { say, config } = options;
  say(`Starting the embedded Postgres in ${state.path}`);
  const { cluster, secrets } = await openEmbedded(state, options);
  life.onStop(() => cluster.stop());

  const sources = config.sources.kind === "external" ? config.sources.urls : await prepareErp(cluster, options);

  await ensureDatabase(cluster, storeDatabase);
  const storeUrl = cluster.url(storeDatabase);
  const applied = await withClient(storeUrl, (client) => migrate(client));
  if (applied.length > 0) say(`Migrated the gateway's own tables: ${applied.join(", ")}`);
  return { storeUrl, sources, keyPeppers: config.keyPeppers ?? secrets.keyPeppers, secret: config.secret ?? secrets.secret };
}

/** The project's bundled ERP stands for each of its sources. */
async function prepareErp(cluster: Cluster, { firstRun, sources, withFootprint, say }: FirstRunOptions): Promise<ReadonlyMap<string, SourceUrls>> {
  if (!firstRun) throw new Error("The project bundles no ERP.");
  const database = (environment: "live" | "test"): string => `${firstRun.database}_${environment}`;
  for (const environment of ["test", "live"] as const) {
    await ensureDatabase(cluster, database(environment), async (client) => {
      say(`Creating the ERP's ${environment} database; this happens once`);
      await firstRun.createErp(client, environment, (line) => say(`  ${line}`));
    });
    for (const resources of withFootprint) await install(resources, cluster.url(database(environment)), say);
  }
  return new Map(sources.map(({ name }) => [name, { live: cluster.url(database("live")), test: cluster.url(database("test")) }]));
}

/** As `sluice source install` does; an ERP of an earlier version of the gateway may be without it. */
async function install(resources: readonly BoundResource[], url: string, say: (line: string) => void): Promise<void> {
  const [first] = resources;
  if (first === undefined) return;
  const { source } = first;
  const limits = { acquireTimeoutMs: 10_000, statementTimeoutMs: 10_000, lockTimeoutMs: 10_000 };
  const database = openSource(source.dialect, { url, ...limits, maxConnections: 1, prepare: false, applicationName: "sluice first run" });
  try {
    const { before, triggers } = await installWhole(source, resources, database);
    const isNew = before.kind === "absent" || before.kind === "older";
    const watching = triggers?.kind === "installed" && triggers.tables.length > 0;
    if (isNew || watching) say(`  with ${watching ? "triggers that note changes, and " : ""}the gateway's own tables beside the ERP's`);
  } finally {
    await database.close();
  }
}
