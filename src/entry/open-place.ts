/** Finds the databases and the secret that a process besides the gateway works with: the configured ones, or the embedded ones of the folder. */

import type { Config, SourceUrls } from "#config";
import { describeGateway } from "#gateway";
import { storeDatabase } from "./embedded/first-run.ts";
import { joinEmbedded, openEmbedded } from "./embedded/open.ts";
import { claim } from "./embedded/running.ts";
import { openStateFolder } from "./embedded/state-folder.ts";
import type { Environment } from "./open-erp.ts";
import type { OpenOptions } from "./open-store.ts";
import type { ProjectFolder } from "./project.ts";
import { stateParent } from "./state-parent.ts";
import type { Stoppable } from "./stop.ts";

export interface Place {
  readonly storeUrl: string;
  readonly secret: Uint8Array;
  readonly urls: ReadonlyMap<string, SourceUrls>;
}

/** What has to be started for it ends with `life`. Throws an Error with a sentence when something is not configured. */
export async function openPlace(
  config: Config,
  options: Pick<OpenOptions, "project" | "workingFolder">,
  folder: ProjectFolder,
  life: Stoppable,
): Promise<Place> {
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
