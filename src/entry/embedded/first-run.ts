/** Brings up what a first run needs and later runs find again: server, ERP databases, the gateway's own tables. */
import type { Config, SourceUrls } from "#config";
import { migrate } from "#store/migrate.ts";
import type { FirstRun } from "../project.ts";
import type { Stoppable } from "../stop.ts";
import { ensureDatabase, withClient } from "./databases.ts";
import { openEmbedded } from "./open.ts";
import { type Claim, claim } from "./running.ts";
import type { EmbeddedSecrets } from "./secrets.ts";
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
  return { kind: "refused", reasons: [`Sluice runs already in ${parent} (pid ${result.by.pid}, ${where}). Stop it first, or start this one in another folder.`] };
}

export interface FirstRunOptions {
  readonly fresh: boolean;
  readonly say: (line: string) => void;
  readonly firstRun: FirstRun | undefined;
  readonly sourceNames: readonly string[];
  readonly config: Config;
}

export interface FirstRunState {
  readonly state: StateFolder;
  readonly secrets: EmbeddedSecrets;
  /** Undefined where the gateway's tables are in a configured database. */
  readonly storeUrl: string | undefined;
  readonly storeIsOurs: boolean;
  /** Undefined where the ERP's databases are configured. */
  readonly sources: ReadonlyMap<string, SourceUrls> | undefined;
}

/** Each step finds what an earlier run completed, and does what is missing. */
export async function prepareFirstRun(taken: Extract<Taken, { kind: "taken" }>, options: FirstRunOptions, life: Stoppable): Promise<FirstRunState> {
  const { say, firstRun, config } = options;
  say(`Starting the embedded Postgres in ${taken.state.path}`);
  const { cluster, secrets } = await openEmbedded(taken.state, options);
  life.onStop(() => cluster.stop());

  let sources: Map<string, SourceUrls> | undefined;
  if (config.sources.kind === "embedded" && firstRun) {
    const database = (environment: "live" | "test"): string => `${firstRun.database}_${environment}`;
    for (const environment of ["test", "live"] as const) {
      await ensureDatabase(cluster, database(environment), async (client) => {
        say(`Creating the ERP's ${environment} database; this happens once`);
        await firstRun.createErp(client, environment, (line) => say(`  ${line}`));
      });
    }
    sources = new Map(options.sourceNames.map((name) => [name, { live: cluster.url(database("live")), test: cluster.url(database("test")) }]));
  }

  const storeIsOurs = config.store.kind === "embedded";
  if (storeIsOurs) {
    await ensureDatabase(cluster, storeDatabase);
    const applied = await withClient(cluster.url(storeDatabase), (client) => migrate(client));
    if (applied.length > 0) say(`Migrated the gateway's own tables: ${applied.join(", ")}`);
  }
  return { state: taken.state, secrets, storeIsOurs, storeUrl: storeIsOurs ? cluster.url(storeDatabase) : undefined, sources };
}
