/** The drift of every resource in every environment: made once per gateway, looked at in rounds. */

import { Problem } from "#lib/problems.ts";
import type { BoundResource } from "./binding/source.ts";
import type { RecordedSchema } from "./check/recorded-schema.ts";
import type { ErpDatabase } from "./dialects/dialect.ts";
import { dialects } from "./dialects/dialects.ts";
import { type DriftReport, type ResourceDrift, resourceDrift } from "./resource-drift.ts";
import type { SourceAccess } from "./source-access.ts";

export interface DriftWatchParts<Environment extends string> {
  readonly resources: readonly BoundResource[];
  readonly environments: readonly Environment[];
  readonly access: (source: string, environment: Environment) => SourceAccess;
  /** By the name of the source. */
  readonly recorded: ReadonlyMap<string, RecordedSchema>;
  readonly now: () => number;
  /** Whether a request may wait for a look that another one began. */
  readonly shareLookups: boolean;
  /** How an operator hears of it: structured log lines. */
  readonly error: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export interface DriftWatch<Environment extends string> {
  of(resource: BoundResource, environment: Environment): ResourceDrift;
  /**
   * One look at everything, one statement after the other. True when every source answered and nothing is broken: then
   * there is no hurry with the next look.
   */
  check(databases: (source: string, environment: Environment) => ErpDatabase): Promise<boolean>;
  /** `orders.live`, of what is refused at the moment. */
  broken(): readonly string[];
}

export function driftWatch<Environment extends string>(parts: DriftWatchParts<Environment>): DriftWatch<Environment> {
  const { resources, environments, access, recorded, now, shareLookups, error, warn } = parts;
  const drifts = new Map<string, ResourceDrift>();
  const keyOf = ({ contract }: BoundResource, environment: Environment): string => `${contract.name}.${environment}`;
  for (const resource of resources)
    for (const environment of environments) {
      const report = {
        broken: (about: DriftReport) => error({ ...about, environment }, "the ERP does not fit the binding: the resource answers 503 until it does"),
        changed: (about: DriftReport) => warn({ ...about, environment }, "the ERP has changed under the binding: the resource is served on"),
        whole: (about: Omit<DriftReport, "findings">) => warn({ ...about, environment }, "the ERP fits the binding again: the resource is served"),
      };
      const { name, dialect } = resource.source;
      const catalog = access(name, environment).catalog;
      drifts.set(
        keyOf(resource, environment),
        resourceDrift({ resource, dialect: dialects[dialect], catalog, recorded: recorded.get(name), now, shareLookups, report }),
      );
    }

  function of(resource: BoundResource, environment: Environment): ResourceDrift {
    const drift = drifts.get(keyOf(resource, environment));
    if (drift === undefined) throw new Error(`no resource ${keyOf(resource, environment)}`);
    return drift;
  }

  return {
    of,
    async check(databases) {
      // A source that does not answer is not asked about its further resources.
      const silent = new Set<SourceAccess>();
      for (const environment of environments)
        for (const resource of resources) {
          const { name } = resource.source;
          const source = access(name, environment);
          if (silent.has(source)) continue;
          try {
            await source.watch(() => of(resource, environment).check(databases(name, environment)));
          } catch (trouble) {
            if (!(trouble instanceof Problem)) throw trouble;
            silent.add(source);
          }
        }
      return silent.size === 0 && ![...drifts.values()].some((drift) => drift.isBroken());
    },
    broken: () => [...drifts].filter(([, drift]) => drift.isBroken()).map(([key]) => key),
  };
}
