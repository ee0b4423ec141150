/** All that can be said of one source in one environment: what no longer fits, and what no index serves. */

import type { BoundResource } from "../binding/source.ts";
import { captureFaults } from "../capture/trigger-check.ts";
import type { Catalog, ErpDatabase } from "../dialects/dialect.ts";
import { dialects } from "../dialects/dialects.ts";
import { physicalName, tablesOf } from "../read/relation.ts";
import { commandProblems, stagedTables } from "../write/check-commands.ts";
import { footprintFault } from "../write/footprint-check.ts";
import { checkResource, isBreaking } from "./check-resource.ts";
import { type RecordedSchema, recordSchema } from "./recorded-schema.ts";
import type { Finding } from "./schema-drift.ts";
import { type Judgement, judge } from "./served.ts";
import { usesOf } from "./uses.ts";

export interface ResourceReport {
  readonly resource: string;
  readonly findings: readonly Finding[];
  /** Whether it can be served as it is. */
  readonly broken: boolean;
  /** Undefined for a resource that is broken. */
  readonly judgement: Judgement | undefined;
}

export interface SourceReport {
  readonly resources: readonly ResourceReport[];
  /** The source as it is now, to be kept with `--record`. */
  readonly schema: RecordedSchema;
  /** In a sentence what keeps commands from being carried out; undefined where nothing does, or none is promised. */
  readonly footprint: string | undefined;
  /** In sentences what keeps changes from being noted by triggers; empty where nothing does, or none are wanted. */
  readonly capture: readonly string[];
}

/** `resources`: all of one source. Throws a `Problem` when the source cannot answer. */
export async function checkSource(resources: readonly BoundResource[], database: ErpDatabase, recorded: RecordedSchema | undefined): Promise<SourceReport> {
  const [first] = resources;
  if (first === undefined) throw new Error("a source without resources cannot be checked");
  const { source } = first;
  const dialect = dialects[source.dialect];
  const named = new Set(resources.flatMap(({ binding }) => [...tablesOf(binding), ...stagedTables(binding).keys()]));
  const tables = [...named].map((table) => physicalName(source, table));
  const catalog = await dialect.describe(database, source.schema, tables);
  const indexes = await dialect.indexes(database, source.schema, tables);
  const reports: ResourceReport[] = [];
  for (const resource of resources) {
    const findings = [...(await checkResource(resource, dialect, catalog, database, recorded)), ...ofCommands(resource, catalog)];
    const broken = findings.some(isBreaking);
    const judgement = broken ? undefined : await judge(resource, dialect, catalog, database, indexes);
    reports.push({ resource: resource.contract.name, findings, broken, judgement });
  }
  return {
    resources: reports,
    schema: recordSchema(source.name, catalog, boundColumns(resources)),
    footprint: await footprintFault(resources, database),
    capture: await captureFaults(resources, database),
  };
}

/** What commands stage rows in: a gateway that serves reads can do without it, a check cannot. */
function ofCommands(resource: BoundResource, catalog: Catalog): readonly Finding[] {
  return commandProblems(resource, catalog).map((why) => ({ kind: "missing", places: "commands", what: why.replace(/\.$/, "") }));
}

/** Column names by physical table. */
function boundColumns(resources: readonly BoundResource[]): ReadonlyMap<string, ReadonlySet<string>> {
  const bound = new Map<string, Set<string>>();
  for (const resource of resources)
    for (const { table, column } of usesOf(resource).columns) {
      const physical = physicalName(resource.source, table);
      bound.set(physical, (bound.get(physical) ?? new Set()).add(column));
    }
  return bound;
}
