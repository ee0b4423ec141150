/** Makes a gateway for a Node process: opens its databases, and hands them to the engine. */
import type { Config } from "#config";
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import { ownEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import { operatorAuthenticator } from "#control-plane/operators/authenticate.ts";
import { type AdminApi, createAdminApi, createGateway, describeGateway, type GatewayDefinition, type RecordedSchema } from "#gateway";
import { envelopes } from "#lib/envelope.ts";
import { connectStore } from "#store/connect.ts";
import { ownAccount } from "#store/own-account.ts";
import { receiptRecords } from "#store/receipts.ts";
import { retentionRecords } from "#store/retention.ts";
import { usageWriter } from "#store/usage.ts";
import { controlPlane } from "./control-plane.ts";
import type { Prepared } from "./embedded/first-run.ts";
import { exampleRequest } from "./example-request.ts";
import { fetchKeysOnNode } from "./fetch-keys.ts";
import { keepForgetting } from "./keep-forgetting.ts";
import { keepUsage } from "./keep-usage.ts";
import { keepWorking } from "./keep-working.ts";
import { createLog } from "./log.ts";
import { openCredentials } from "./open-credentials.ts";
import { openEvents } from "./open-events.ts";
import { openLimits } from "./open-limits.ts";
import { openRedis } from "./open-redis.ts";
import { openSources } from "./open-sources.ts";
import type { Handler } from "./serve.ts";
import { failuresInRedis } from "./shared-failures.ts";
import { readAssetFromDisk } from "./site-assets.ts";
import type { Stoppable } from "./stop.ts";
import { hasTestEnvironment } from "./test-environment.ts";
import { watchSources } from "./watch-sources.ts";

export interface GatewayParts {
  readonly definition: GatewayDefinition;
  readonly config: Config;
  readonly location: Prepared;
  /** Where partners reach it. */
  readonly url: string;
  /** Path of a first request for the landing page. */
  readonly samplePath: string;
  /** By the name of the source. */
  readonly recorded: ReadonlyMap<string, RecordedSchema>;
}

export interface MadeGateway {
  readonly handler: Handler;
  /** The admin API, for a listener of its own. */
  readonly admin: AdminApi;
  readonly controlPlane: ControlPlane;
  /** What was counted, for Prometheus. */
  readonly metrics: () => string;
  /** Requests that wait for events are answered now: the process is about to end. */
  readonly endWaits: () => void;
}

/** Connects on first use; `life` closes what was opened. */
export function makeGateway(parts: GatewayParts, life: Stoppable): MadeGateway {
  const { definition, config, location, url } = parts;
  const { scopes, sources } = describeGateway(definition);
  const log = createLog(config.logLevel);
  const peppers = createPeppers(location.keyPeppers);

  const store = connectStore({
    url: location.storeUrl,
    poolSize: config.storePoolSize,
    timeoutMs: config.storeTimeoutMs,
    onBrokenConnection: (error) => log.warn({ reason: error.message }, "a connection to the gateway's own database broke"),
  });
  life.onStop(() => store.destroy());
  const databases = openSources(sources, location.sources, config);
  life.onStop(() => databases.close());

  const usage = keepUsage(
    usageWriter(() => store),
    log,
  );
  life.onStop(usage.stop);
  life.onStop(
    keepForgetting(
      retentionRecords(() => store),
      config.usageKept,
      log,
    ),
  );
  const account = ownAccount(() => store);
  const events = openEvents({ config, store, storeUrl: location.storeUrl, log }, life);

  const elapsedMs = (): number => performance.now();
  const limits = openLimits({ store, redisUrl: config.redisUrl, log, elapsedMs }, life);
  const receipts = receiptRecords(() => store);
  const redis =
    config.redisUrl === undefined
      ? undefined
      : openRedis({
          url: config.redisUrl,
          // That Redis is gone is said once, by the limits, which also notice one that hangs.
          onChange: () => undefined,
        });
  life.onStop(() => redis?.disconnect());
  const credentials = openCredentials({
    config,
    storeUrl: location.storeUrl,
    store,
    peppers,
    knownScopes: scopes,
    keyPrefix: definition.keyPrefix,
    log,
    publicUrl: url,
    envelopes: envelopes({ current: location.secret, others: config.previousSecrets }),
    fetchKeys: fetchKeysOnNode({ privateHosts: config.privateKeyHosts }),
    sharedFailures: redis && failuresInRedis(redis, { limit: config.credentials.failures, windowMs: config.credentials.failuresWindowMs }),
  });
  life.onStop(() => credentials.close());
  const { authenticator, tokenServer } = credentials;
  const gateway = createGateway({
    definition,
    secret: location.secret,
    publicUrl: url,
    exampleCurl: exampleRequest(url, parts.samplePath),
    readAsset: readAssetFromDisk,
    recorded: parts.recorded,
    teamGuides: config.teamGuides,
    hasTest: hasTestEnvironment(location.sources),
    log,
    protection: config.protection,
    previousSecrets: config.previousSecrets,
    retention: config.retention,
    usageKept: config.usageKept,
    now: () => Date.now(),
    elapsedMs,
  });
  const { secret } = location;
  const working = keepWorking({ config, gateway, databases: databases.find, sources: location.sources, store, storeUrl: location.storeUrl, secret, log }, life);
  watchSources(gateway, databases.find, life, (error) => log.error({ reason: String(error) }, "the sources could not be checked"));
  const plane = controlPlane(definition, store, { peppers, secret, previousSecrets: config.previousSecrets }, config.sources, working.receivers);
  const endpoints = ownEndpoints(() => plane);
  const admin = createAdminApi({
    plane,
    authenticator: operatorAuthenticator({ operators: plane.records.operators, peppers }),
    log,
    now: () => Date.now(),
    elapsedMs,
  });
  return {
    metrics: () => gateway.metrics() + credentials.metrics() + limits.metrics() + usage.metrics() + working.metrics(),
    handler: (request, origin) =>
      gateway.fetch(request, origin, {
        databases: databases.find,
        authenticator,
        tokenServer,
        limiter: limits.limiter,
        receipts,
        account,
        usage: usage.sink,
        events,
        endpoints,
      }),
    admin,
    controlPlane: plane,
    endWaits: () => events.waits.end(),
  };
}
