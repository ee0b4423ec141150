/** Opens a bounded pool of connections to each source of a project, in both environments. */
import type { Config, DeclaredSource, SourceUrls } from "#config";
import { absentDatabase, type Databases, openSource } from "#gateway";

type OpenSource = ReturnType<typeof openSource>;

export interface OpenSources {
  readonly find: Databases;
  close(): Promise<void>;
}

/** Connects on first use; an environment without a URL answers 503. The environments never share a pool, so a connection of one cannot serve the other. */
export function openSources(sources: readonly DeclaredSource[], urls: ReadonlyMap<string, SourceUrls>, config: Config): OpenSources {
  const open = (dialect: DeclaredSource["dialect"], url: string): OpenSource =>
    openSource(dialect, {
      url,
      maxConnections: config.protection.poolSize,
      acquireTimeoutMs: config.sourceConnectTimeoutMs,
      statementTimeoutMs: config.sourceTimeoutMs,
      lockTimeoutMs: config.sourceLockTimeoutMs,
      prepare: config.sourcePrepare,
      applicationName: "sluice",
    });
  const pools: OpenSource[] = [];
  const opened = new Map(
    sources.flatMap(({ name, dialect }) =>
      (["live", "test"] as const).flatMap((environment) => {
        const url = urls.get(name)?.[environment];
        if (url === undefined) return [];
        const primary = open(dialect, url);
        pools.push(primary);
        const replicaUrl = urls.get(name)?.replicas?.[environment];
        if (replicaUrl === undefined) return [[`${name} ${environment}`, primary] as const];
        const replica = open(dialect, replicaUrl);
        pools.push(replica);
        return [[`${name} ${environment}`, { ...primary, replica }] as const];
      }),
    ),
  );
  return {
    find: (source, environment) => {
      if (!urls.has(source)) throw new Error(`There is no source ${source}.`);
      return opened.get(`${source} ${environment}`) ?? absentDatabase(environment);
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}
