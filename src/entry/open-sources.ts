/** Opens a bounded pool of connections to each source of a project, in both environments. */
import type { Config, DeclaredSource, SourceUrls } from "#config";
import { type Databases, type ErpDatabase, openSource } from "#gateway";
import { Problem } from "#lib/problems.ts";

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
      return opened.get(`${source} ${environment}`) ?? notConfigured(environment);
    },
    close: async () => {
      await Promise.all([...opened.values()].map((database) => database.close()));
    },
  };
}

/** Stands where no URL is: a valid key of that environment finds its system away, not its rights. */
function notConfigured(environment: "live" | "test"): ErpDatabase {
  return {
    query: async () => {
      throw new Problem("source-unavailable", `This API has no ${environment} environment at present. Ask its operator, or use a key of the other one.`, {
        headers: { "Retry-After": "3600" },
      });
    },
  };
}
