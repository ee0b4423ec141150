/** Opens the gateway's own database for a command: the configured one, or the embedded one of the folder. */

import { type Config, readConfig, type Variables } from "#config";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { describeGateway } from "#gateway";
import { connectStore } from "#store/connect.ts";
import { migrate, pendingMigrations } from "#store/migrate.ts";
import { controlPlane } from "./control-plane.ts";
import { ensureDatabase, withClient } from "./embedded/databases.ts";
import { storeDatabase } from "./embedded/first-run.ts";
import { joinEmbedded, openEmbedded } from "./embedded/open.ts";
import { claim } from "./embedded/running.ts";
import { openStateFolder } from "./embedded/state-folder.ts";
import { withEnvFile } from "./env-file.ts";
import { openReceivers } from "./open-receivers.ts";
import { defaultProject, loadProject, type ProjectFolder } from "./project.ts";
import { stateParent } from "./state-parent.ts";
import { createStoppable, type Stoppable } from "./stop.ts";

export interface StoreLocation {
  readonly url: string;
  readonly keyPeppers: ReadonlyMap<number, Uint8Array>;
  readonly secret: Uint8Array;
}

export interface OpenOptions {
  readonly project: string | undefined;
  readonly workingFolder: string;
  readonly variables: Variables;
}

/** A reason why the database cannot be used, for the user. */
export class StoreUnavailable extends Error {}

/** Runs `work` with the control plane's ports, and stops afterwards what had to be started for it. */
export async function withControlPlane<T>(options: OpenOptions, work: (plane: ControlPlane) => Promise<T>): Promise<T> {
  const folder = await loadProject(options.project ?? defaultProject(options.workingFolder));
  return withStore(options, folder, async (location, config) => {
    const pending = await withClient(location.url, (client) => pendingMigrations(client));
    if (pending.length > 0) throw new StoreUnavailable(`The database lacks ${pending.join(", ")}. Run \`sluice migrate\` first.`);
    const store = connectStore({ url: location.url, poolSize: 1, timeoutMs: config.storeTimeoutMs, onBrokenConnection: () => undefined });
    const life = createStoppable(() => undefined);
    try {
      const secrets = { peppers: createPeppers(location.keyPeppers), secret: location.secret, previousSecrets: config.previousSecrets };
      return await work(controlPlane(folder.definition, store, secrets, config.sources, openReceivers(config.webhooks, life)));
    } finally {
      await life.stop();
      await store.destroy();
    }
  });
}

/** Applies what is missing of the gateway's own tables; the names of what was applied. */
export async function migrateStore(options: OpenOptions): Promise<string[]> {
  const folder = await loadProject(options.project ?? defaultProject(options.workingFolder));
  return withStore(options, folder, ({ url }) => withClient(url, (client) => migrate(client)));
}

async function withStore<T>(options: OpenOptions, folder: ProjectFolder, work: (location: StoreLocation, config: Config) => Promise<T>): Promise<T> {
  const read = readConfig(withEnvFile(folder.path, options.variables), describeGateway(folder.definition).sources);
  if (read.kind === "invalid") throw new StoreUnavailable(read.reasons.join("\n"));
  const { config } = read;
  if (config.store.kind === "external") {
    const { keyPeppers, secret } = config;
    if (!keyPeppers || !secret) throw new Error("readConfig let an incomplete configuration pass.");
    return work({ url: config.store.url, keyPeppers, secret }, config);
  }
  const life = createStoppable(() => undefined);
  try {
    const location = await openEmbeddedStore(stateParent(options), life);
    return await work({ ...location, keyPeppers: config.keyPeppers ?? location.keyPeppers, secret: config.secret ?? location.secret }, config);
  } finally {
    await life.stop();
  }
}

async function openEmbeddedStore(parent: string, life: Stoppable): Promise<StoreLocation> {
  const state = openStateFolder(parent);
  const result = claim(state);
  if (result.kind === "taken") {
    if (result.by.url === undefined)
      throw new StoreUnavailable(`${state.path} is in use by pid ${result.by.pid}, which does not serve yet. Try again in a moment.`);
    const { cluster, secrets } = joinEmbedded(state);
    return { url: cluster.url(storeDatabase), keyPeppers: secrets.keyPeppers, secret: secrets.secret };
  }
  life.onStop(result.claim.release);
  const { cluster, secrets } = await openEmbedded(state, { fresh: false, say: () => undefined });
  life.onStop(() => cluster.stop());
  await ensureDatabase(cluster, storeDatabase);
  const url = cluster.url(storeDatabase);
  await withClient(url, (client) => migrate(client));
  return { url, keyPeppers: secrets.keyPeppers, secret: secrets.secret };
}
