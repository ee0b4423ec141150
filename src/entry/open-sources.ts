/** Opens a bounded pool of connections to each source of a project, in both environments. */
import type { Config, DeclaredSource, SourceUrls } from "#config";
import { type Databases, openSource } from "#gateway";
import { absentEnvironment } from "./absent-environment.ts";

export interface OpenSources {
  readonly find: Databases;
  close(): Promise<void>;
}

/** Connects on first use; an environment without a URL answers 503. The environments never share a pool, so a connection of one cannot serve the other. */
export function openSources(sources: readonly DeclaredSource[], urls: ReadonlyMap<string, SourceUrls>, config: Config): OpenSources {
  const opened = new Map(
    sources.flatMap(({ name, dialect }) =>
      (["live", "test"] as const).flatMap((environment) => {
        const url = urls.get(name)?.[environment];
        if (url === undefined) return [];
        const database = openSource(dialect, {
          url,
          maxConnections: config.sourcePoolSize,
          acquireTimeoutMs: config.sourceTimeoutMs,
          statementTimeoutMs: config.sourceTimeoutMs,
          lockTimeoutMs: config.sourceLockTimeoutMs,
          prepare: config.sourcePrepare,
          applicationName: "sluice",
        });
        return [[`${name} ${environment}`, database] as const];
      }),
    ),
  );
  return {
    find: (source, environment) => {
      if (!urls.has(source)) throw new Error(`There is no source ${source}.`);
      return opened.get(`${source} ${environment}`) ?? absentEnvironment(environment);
    },
    close: async () => {
      await Promise.all([...opened.values()].map((database) => database.close()));
    },
  };
}
