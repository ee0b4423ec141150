/** Opens what one request needs of databases, when it needs it; all of it ends with the request. */

import type { DeclaredSource } from "#config";
import type { KeyRecords } from "#control-plane/api-keys/key-records.ts";
import { type Databases, openSource, type RequestHandles } from "#gateway";
import { keyRecords } from "#store/api-keys.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { absentEnvironment } from "../absent-environment.ts";
import type { WorkerConfig } from "./bindings.ts";

export interface OpenHandles extends RequestHandles {
  /** Closes what was opened; for `waitUntil`, so that the answer does not wait for it. */
  close(): Promise<void>;
}

type Authentication = (keys: KeyRecords) => RequestHandles["authenticator"];

/** A request sends one statement at a time, or several in one go: one connection is enough. */
const connectionsPerRequest = 1;

export function openHandles(
  { config, storeUrl, sources: urls }: WorkerConfig,
  sources: readonly DeclaredSource[],
  authentication: Authentication,
): OpenHandles {
  const opened = new Map<string, ReturnType<typeof openSource>>();
  let store: Store | undefined;

  const findKey: KeyRecords["find"] = (kid) => {
    store ??= connectStore({
      url: storeUrl,
      poolSize: connectionsPerRequest,
      timeoutMs: config.storeTimeoutMs,
      pooledByTransaction: true,
      onBrokenConnection: () => undefined,
    });
    return keyRecords(store).find(kid);
  };

  const databases: Databases = (name, environment) => {
    const key = `${name} ${environment}`;
    const source = sources.find((declared) => declared.name === name);
    const url = urls.get(name)?.[environment];
    if (source === undefined) throw new Error(`There is no source ${name}.`);
    if (url === undefined) return absentEnvironment(environment);
    const database =
      opened.get(key) ??
      openSource(source.dialect, {
        url,
        maxConnections: connectionsPerRequest,
        acquireTimeoutMs: config.sourceConnectTimeoutMs,
        statementTimeoutMs: config.sourceTimeoutMs,
        lockTimeoutMs: config.sourceLockTimeoutMs,
        prepare: false,
        applicationName: "sluice",
        pooledByTransaction: true,
      });
    opened.set(key, database);
    return database;
  };

  return {
    databases,
    authenticator: authentication({ find: findKey }),
    // A connection that cannot be closed in order is gone already.
    close: async () => void (await Promise.allSettled([store?.destroy(), ...[...opened.values()].map((database) => database.close())])),
  };
}
