/** The protection of all sources of a gateway, in both environments. */

import type { SourceDeclaration } from "../binding/source.ts";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { type ChangeLine, lineOf } from "./changes.ts";
import { maintenanceSchedule } from "./maintenance.ts";
import { type Measured, metricsText } from "./prometheus.ts";
import { type ProtectedSource, protectedSource } from "./protected-source.ts";
import type { Environment, ProtectionSettings, WorkKind } from "./settings.ts";

export interface Protection {
  of(source: string, environment: Environment): ProtectedSource;
  /** One bounded round of what has to be done without a request. */
  tend(databases: (source: string, environment: Environment) => ErpDatabase): Promise<void>;
  /** By `source.environment`. */
  health(): SourcesHealth;
  /** For Prometheus. */
  metrics(): string;
}

export interface SourcesHealth {
  readonly sources: Readonly<Record<string, ReturnType<ProtectedSource["state"]>>>;
  /** When the maintenance ends, of those that are in one. */
  readonly maintenance: Readonly<Record<string, string>>;
}

export interface ProtectionParts {
  readonly sources: readonly SourceDeclaration[];
  readonly settings: ProtectionSettings;
  /** The kinds of work this gateway does. */
  readonly kinds: readonly WorkKind[];
  readonly now: () => number;
  readonly elapsedMs: () => number;
  readonly random: () => number;
  readonly log: (line: ChangeLine) => void;
}

interface Entry {
  readonly source: string;
  readonly environment: Environment;
  readonly protectedSource: ProtectedSource;
}

export function protection({ sources, log, ...parts }: ProtectionParts): Protection {
  const entries = new Map<string, Entry>();
  for (const { name, maintenance = [] } of sources) {
    // Sources are named by each of their resources.
    if (entries.has(`${name}.live`)) continue;
    for (const environment of ["live", "test"] as const) {
      const windows = maintenance.filter((window) => window.environment === undefined || window.environment === environment);
      entries.set(`${name}.${environment}`, {
        source: name,
        environment,
        protectedSource: protectedSource({
          ...parts,
          maintenance: maintenanceSchedule(windows),
          changed(change) {
            const { fields, ...line } = lineOf(change);
            log({ ...line, fields: { source: name, environment, ...fields } });
          },
        }),
      });
    }
  }

  return {
    of(source, environment) {
      const entry = entries.get(`${source}.${environment}`);
      if (entry === undefined) throw new Error(`There is no source ${source}.`);
      return entry.protectedSource;
    },
    async tend(databases) {
      await Promise.all([...entries.values()].map((entry) => entry.protectedSource.tend(() => databases(entry.source, entry.environment))));
    },
    health() {
      const ends = [...entries].flatMap(([key, entry]) => {
        const endsAt = entry.protectedSource.maintenanceEndsAt();
        return endsAt === undefined ? [] : [[key, new Date(endsAt).toISOString()] as const];
      });
      return {
        sources: Object.fromEntries([...entries].map(([key, entry]) => [key, entry.protectedSource.state()])),
        maintenance: Object.fromEntries(ends),
      };
    },
    metrics: () =>
      metricsText(
        [...entries.values()].flatMap(({ source, environment, protectedSource: of }) =>
          of
            .guards()
            .map(([target, guard]): Measured => ({ labels: { source, environment, target }, guard, inMaintenance: of.maintenanceEndsAt() !== undefined })),
        ),
      ),
  };
}
