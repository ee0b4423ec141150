/** Opens what one request needs of databases, when it needs it; all of it ends with the request. */

import type { Redis } from "ioredis";
import type { DeclaredSource } from "#config";
import type { KeyRecords } from "#control-plane/api-keys/key-records.ts";
import type { OwnEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import type { OAuthRecords } from "#control-plane/oauth/oauth.ts";
import type { RetentionRecords } from "#control-plane/retention/retention-records.ts";
import { usageCollector } from "#control-plane/usage/collect.ts";
import type { EventLogRecords } from "#events/event-log-records.ts";
import { waits } from "#events/waits.ts";
import { absentDatabase, type Databases, type ErpDatabase, type Log, openSource, type RequestHandles } from "#gateway";
import type { OpenLimits } from "#limits/limits.ts";
import type { QuotaStore } from "#limits/quotas.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { eventLogPooled } from "#store/event-log.ts";
import { eventPages } from "#store/event-pages.ts";
import { oauthRecords } from "#store/oauth.ts";
import { ownAccount } from "#store/own-account.ts";
import { quotaStore } from "#store/quota-store.ts";
import { receiptRecords } from "#store/receipts.ts";
import { retentionRecords } from "#store/retention.ts";
import { scanRecords } from "#store/scans.ts";
import { usageWriter } from "#store/usage.ts";
import type { WorkerConfig } from "./bindings.ts";
import { closeRequestRedis, openRequestRedis } from "./request-redis.ts";

export interface OpenHandles extends RequestHandles {
  readonly retention: RetentionRecords;
  readonly eventLog: EventLogRecords;
  readonly scans: ReturnType<typeof scanRecords>;
  isConfigured(source: string, environment: "live" | "test"): boolean;
  readonly store: () => Store;
  /** Writes what was noted, and closes what was opened; for `waitUntil`, so that the answer does not wait for it. */
  close(): Promise<void>;
}

type LimitsOver = (ways: { readonly redis: Redis | undefined; readonly quotas: () => QuotaStore }) => Pick<OpenLimits, "limiter">;
/** Checks credentials, and issues tokens, over the ways to the store of one request. */
export type AccessOver = (keys: KeyRecords, records: OAuthRecords) => Pick<RequestHandles, "authenticator" | "tokenServer">;

/** Nothing is heard here of what others record: whoever waits looks by itself. */
const waitPollMs = 1_000;

/** A request sends one statement at a time, or several in one go: one connection is enough. */
const connectionsPerRequest = 1;

export function openHandles(
  { config, storeUrl, sources: urls }: WorkerConfig,
  sources: readonly DeclaredSource[],
  accessOver: AccessOver,
  limitsOver: LimitsOver,
  endpointsOver: (open: () => Store) => OwnEndpoints,
  log: Log,
): OpenHandles {
  const opened = new Map<string, ErpDatabase>();
  const pools: ReturnType<typeof openSource>[] = [];
  let store: Store | undefined;

  const openedStore = (): Store => {
    store ??= connectStore({
      url: storeUrl,
      poolSize: connectionsPerRequest,
      timeoutMs: config.storeTimeoutMs,
      pooledByTransaction: true,
      onBrokenConnection: () => undefined,
    });
    return store;
  };

  /** Connects with the first statement. */
  const open = (dialect: DeclaredSource["dialect"], url: string): ErpDatabase => {
    const pool = openSource(dialect, {
      url,
      maxConnections: connectionsPerRequest,
      acquireTimeoutMs: config.sourceConnectTimeoutMs,
      statementTimeoutMs: config.sourceTimeoutMs,
      lockTimeoutMs: config.sourceLockTimeoutMs,
      prepare: false,
      applicationName: "sluice",
      pooledByTransaction: true,
    });
    pools.push(pool);
    return pool;
  };

  // Connects with the first command: a request that is refused for its key counts nothing.
  const redis = config.redisUrl === undefined ? undefined : openRequestRedis(config.redisUrl);

  const databases: Databases = (name, environment) => {
    const key = `${name} ${environment}`;
    const known = opened.get(key);
    if (known !== undefined) return known;
    const source = sources.find((declared) => declared.name === name);
    if (source === undefined) throw new Error(`There is no source ${name}.`);
    const { [environment]: url, replicas } = urls.get(name) ?? {};
    if (url === undefined) return absentDatabase(environment);
    const [primary, copy] = [open(source.dialect, url), replicas?.[environment]];
    const database = copy === undefined ? primary : { ...primary, replica: open(source.dialect, copy) };
    opened.set(key, database);
    return database;
  };

  const pages = eventPages(openedStore);
  const access = accessOver({ find: (kid) => keyRecords(openedStore()).find(kid) }, oauthRecords(openedStore));
  const usage = usageCollector({
    changed: (state) => {
      // There is no later here: what cannot be written now is lost, and said to be.
      if (state.kind === "failing") log.warn({ requests: usage.counts().waiting }, "usage could not be written, and is lost");
    },
  });
  return {
    databases,
    account: ownAccount(openedStore),
    usage,
    retention: retentionRecords(openedStore),
    eventLog: eventLogPooled(openedStore),
    scans: scanRecords(openedStore),
    store: openedStore,
    isConfigured: (source, environment) => urls.get(source)?.[environment] !== undefined,
    receipts: receiptRecords(openedStore),
    limiter: limitsOver({ redis, quotas: () => quotaStore(openedStore) }).limiter,
    ...access,
    endpoints: endpointsOver(openedStore),
    events: { records: pages, waits: waits({ heads: pages.heads, pollMs: waitPollMs }) },
    // A connection that cannot be closed in order is gone already.
    close: async () => {
      await usage.flush(usageWriter(openedStore));
      await Promise.allSettled([store?.destroy(), ...pools.map((pool) => pool.close()), redis && closeRequestRedis(redis)]);
    },
  };
}
