/** Opens what one request needs of databases, when it needs it; all of it ends with the request. */

import type { Redis } from "ioredis";
import type { DeclaredSource } from "#config";
import type { KeyRecords } from "#control-plane/api-keys/key-records.ts";
import type { OAuthRecords } from "#control-plane/oauth/oauth.ts";
import { absentDatabase, type Databases, type ErpDatabase, openSource, type RequestHandles } from "#gateway";
import type { OpenLimits } from "#limits/limits.ts";
import type { QuotaStore } from "#limits/quotas.ts";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { oauthRecords } from "#store/oauth.ts";
import { quotaStore } from "#store/quota-store.ts";
import { receiptRecords } from "#store/receipts.ts";
import type { WorkerConfig } from "./bindings.ts";
import { closeRequestRedis, openRequestRedis } from "./request-redis.ts";

export interface OpenHandles extends RequestHandles {
  /** Closes what was opened; for `waitUntil`, so that the answer does not wait for it. */
  close(): Promise<void>;
}

/** Checks credentials, and issues tokens, over the ways to the store of one request. */
export type AccessOver = (keys: KeyRecords, records: OAuthRecords) => Pick<RequestHandles, "authenticator" | "tokenServer">;
type LimitsOver = (ways: { readonly redis: Redis | undefined; readonly quotas: () => QuotaStore }) => Pick<OpenLimits, "limiter">;

/** A request sends one statement at a time, or several in one go: one connection is enough. */
const connectionsPerRequest = 1;

export function openHandles(
  { config, storeUrl, sources: urls }: WorkerConfig,
  sources: readonly DeclaredSource[],
  accessOver: AccessOver,
  limitsOver: LimitsOver,
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

  const access = accessOver({ find: (kid) => keyRecords(openedStore()).find(kid) }, oauthRecords(openedStore));
  return {
    databases,
    receipts: receiptRecords(openedStore),
    ...access,
    limiter: limitsOver({ redis, quotas: () => quotaStore(openedStore) }).limiter,
    // A connection that cannot be closed in order is gone already.
    close: async () => void (await Promise.allSettled([store?.destroy(), ...pools.map((pool) => pool.close()), redis && closeRequestRedis(redis)])),
  };
}
