/** Starts a worker: what happens to events without a request, in a process without a port for partners. */

import { readConfig } from "#config";
import { createGateway, describeGateway } from "#gateway";
import { connectStore } from "#store/connect.ts";
import { pendingMigrations } from "#store/migrate.ts";
import { withClient } from "./embedded/databases.ts";
import { withEnvFile } from "./env-file.ts";
import { keepWorking } from "./keep-working.ts";
import { createLog } from "./log.ts";
import { openPlace } from "./open-place.ts";
import { openSources } from "./open-sources.ts";
import { defaultProject, loadProject } from "./project.ts";
import { serveMetrics } from "./serve-metrics.ts";
import type { StartOptions } from "./start.ts";
import type { Stoppable } from "./stop.ts";

export type Working = { readonly kind: "serving" } | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Everything started is registered with `life`. Any number of workers, and gateways, share the work. */
export async function work(options: Omit<StartOptions, "fresh">, life: Stoppable): Promise<Working> {
  const folder = await loadProject(options.project ?? defaultProject(options.workingFolder));
  const { definition } = folder;
  const { sources } = describeGateway(definition);
  const read = readConfig(withEnvFile(folder.path, options.variables), sources);
  if (read.kind === "invalid") return { kind: "refused", reasons: read.reasons };
  const { config } = read;
  const place = await openPlace(config, options, folder, life);
  const pending = await withClient(place.storeUrl, (client) => pendingMigrations(client));
  if (pending.length > 0) return { kind: "refused", reasons: [`The database lacks ${pending.join(", ")}. Run \`sluice migrate\` first.`] };

  const log = createLog(config.logLevel);
  const store = connectStore({
    url: place.storeUrl,
    poolSize: config.storePoolSize,
    timeoutMs: config.storeTimeoutMs,
    onBrokenConnection: (error) => log.warn({ reason: error.message }, "a connection to the gateway's own database broke"),
  });
  life.onStop(() => store.destroy());
  const databases = openSources(sources, place.urls, config);
  life.onStop(() => databases.close());
  const gateway = createGateway({
    definition,
    secret: place.secret,
    publicUrl: config.publicUrl ?? "http://localhost",
    exampleCurl: "",
    readAsset: async () => {
      throw new Error("a worker serves no pages");
    },
    log,
    protection: config.protection,
    previousSecrets: config.previousSecrets,
    retention: config.retention,
    usageKept: config.usageKept,
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
  });
  const kept = keepWorking(
    { config, gateway, databases: databases.find, sources: place.urls, store, storeUrl: place.storeUrl, secret: place.secret, log },
    life,
  );
  if (config.metrics !== undefined) {
    const { address, close } = await serveMetrics(config.metrics, () => gateway.metrics() + kept.metrics());
    life.onStop(close);
    options.say(`Metrics for operators: port ${address.port}, /metrics`);
  }
  options.say(`Working for ${definition.title}: changes become events, and events are delivered. Ctrl-C stops it.`);
  return { kind: "serving" };
}
