/** Where changes of a gateway's sources are captured: by triggers where a source is declared to have them, and everywhere by scanning. */

import type { BoundResource, SourceDeclaration } from "#erp/binding/source.ts";
import { capturedTables, isCapturedByTriggers } from "#erp/capture/captured-tables.ts";
import { pendingChanges } from "#erp/capture/pending-changes.ts";
import { type Scan, scan } from "#erp/capture/scan.ts";
import { type ScanPace, scanPace, secondsBetweenPasses } from "#erp/capture/scan-pace.ts";
import { hasEvents } from "#erp/capture/scan-plan.ts";
import type { ScanRecords } from "#erp/capture/scan-records.ts";
import { type TriggerCaptureParts, triggerCapture } from "#erp/capture/trigger-capture.ts";
import { triggersAndScan } from "#erp/capture/triggers-and-scan.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import type { DriftNote } from "#erp/read/reader.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import type { Log } from "#http/log.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { GatewayDefinition } from "./project.ts";
import type { Databases, ServedResourcesParts } from "./served-resources.ts";

export interface CaptureSourcesParts extends Pick<ServedResourcesParts, "guards" | "access" | "now" | "elapsedMs"> {
  readonly definition: GatewayDefinition;
  readonly log: Pick<Log, "warn" | "error">;
}

/** One for each source that has events, in each environment. `scans`: what is remembered of things. */
export type CaptureSources = (databases: Databases, scans: ScanRecords) => readonly CaptureSource[];

interface Place {
  readonly source: SourceDeclaration;
  readonly environment: Environment;
  /** All of the source's. */
  readonly resources: readonly BoundResource[];
  readonly pace: ScanPace;
}

/** A thing that has been missing for so long is gone: it is not on its way from one table to another. */
const goneAfterMs = 10_000;

/** Kinds of misfits that are remembered; ERP codes can be many. */
const mostTold = 1_000;

/** All work goes through the source's guard, and gives way to partners. */
export function captureSources({ definition, guards, access, now, elapsedMs, log }: CaptureSourcesParts): CaptureSources {
  const told = new Set<string>();
  const sources = new Map(definition.resources.filter(hasEvents).map(({ source }) => [source.name, source]));
  const places = [...sources.values()].flatMap((source) =>
    (["live", "test"] as const).map((environment): Place => {
      const resources = definition.resources.filter((resource) => resource.source.name === source.name);
      return { source, environment, resources, pace: scanPace(source.scan ?? {}, elapsedMs) };
    }),
  );

  return (databases, scans) =>
    places.map((place) => {
      const { source, environment, resources } = place;
      const below = scanOf(place, databases, scans);
      if (capturedTables(resources).length === 0) return below;
      const about = { source: source.name, environment };
      return triggersAndScan({
        triggers: triggersOf(place, databases, below),
        scan: below,
        elapsedMs,
        failed: (error) => log.error({ ...about, reason: String(error) }, "a scan failed"),
      });
    });

  /** Whatever passes by again and again is told of once: another thing with the same misfit is no news. */
  function misfit(environment: Environment, note: DriftNote): void {
    const kind = JSON.stringify([environment, note.resource, note.conversion, note.columns, note.why, note.value]);
    if (told.has(kind)) return;
    if (told.size >= mostTold) told.clear();
    told.add(kind);
    log.warn({ ...note, environment }, "a value in the ERP does not fit its binding");
  }

  function atSource({ source, environment }: Place, databases: Databases, by: string): TriggerCaptureParts["run"] {
    return (work) =>
      guards.of(source.name, environment).run({ kind: "background", by }, databases(source.name, environment), (database) => {
        const known = access(source.name, environment);
        return known.watch(async () => work(database, await known.catalog(database)));
      });
  }

  function triggersOf(place: Place, databases: Databases, below: Scan): CaptureSource {
    const { source, environment, resources } = place;
    const at = { source: source.name, environment };
    return triggerCapture({
      source,
      environment,
      dialect: dialects[source.dialect],
      resources,
      run: atSource(place, databases, "capture"),
      now,
      sweep: (resource, why) => below.want(resource, why === "truncated" ? "emptied" : "look"),
      say: {
        drift: (note) => misfit(environment, note),
        // What the database said may hold data: it stands in the row, and in no log.
        unreadable: ({ resource, table, change }) =>
          log.error({ ...at, resource, table, change }, "a change cannot be read: it is set aside in the footprint's change table, with the reason"),
        waits: ({ resource, reason }) => log.error({ ...at, resource, reason }, "changes of a resource cannot be read, and wait"),
      },
    });
  }

  function scanOf(place: Place, databases: Databases, records: ScanRecords): Scan {
    const { source, environment, resources, pace } = place;
    const at = { source: source.name, environment };
    const dialect = dialects[source.dialect];
    const hasTriggers = resources.some(isCapturedByTriggers);
    return scan({
      place: at,
      dialect,
      resources: resources.filter(hasEvents),
      records,
      atSource: atSource(place, databases, "scan"),
      pace,
      betweenPassesMs: (resource) => 1_000 * secondsBetweenPasses(source.scan ?? {}, isCapturedByTriggers(resource)),
      goneAfterMs,
      ...(hasTriggers && { pending: pendingChanges(source, dialect, resources) }),
      now,
      say: {
        drift: (note) => misfit(environment, note),
        held: (about) => log.error({ ...at, ...about }, "so many things are missing that nothing is said of them until a person has confirmed it"),
      },
    });
  }
}
