/** Where changes of a gateway's sources are captured: by triggers, wherever a source is declared to have them. */

import { capturedTables } from "#erp/capture/captured-tables.ts";
import { type TriggerCaptureParts, triggerCapture } from "#erp/capture/trigger-capture.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import type { Log } from "#http/log.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { GatewayDefinition } from "./project.ts";
import type { Databases, ServedResourcesParts } from "./served-resources.ts";

export interface CaptureSourcesParts extends Pick<ServedResourcesParts, "guards" | "access" | "now"> {
  readonly definition: GatewayDefinition;
  readonly log: Pick<Log, "warn" | "error">;
}

/** Has a resource looked at as a whole: its table was emptied, or more is concerned than is looked at one by one. */
export type Sweep = (
  place: { readonly source: string; readonly environment: Environment; readonly resource: string },
  why: "truncated" | "too-many",
) => Promise<void>;

/** One for each source and environment that notes changes. All work goes through the source's guard, and gives way to partners. */
export function triggerCaptures({ definition, guards, access, now, log }: CaptureSourcesParts, databases: Databases, sweep: Sweep): readonly CaptureSource[] {
  const sources = new Map(definition.resources.map(({ source }) => [source.name, source]));
  return [...sources.values()].flatMap((source) => {
    const resources = definition.resources.filter((resource) => resource.source.name === source.name);
    if (capturedTables(resources).length === 0) return [];
    return (["live", "test"] as const).map((environment): CaptureSource => {
      const at = { source: source.name, environment };
      const run: TriggerCaptureParts["run"] = (work) =>
        guards.of(source.name, environment).run({ kind: "background", by: "capture" }, databases(source.name, environment), (database) => {
          const known = access(source.name, environment);
          return known.watch(async () => work(database, await known.catalog(database)));
        });
      return triggerCapture({
        source,
        environment,
        dialect: dialects[source.dialect],
        resources,
        run,
        now,
        sweep: (resource, why) => sweep({ ...at, resource }, why),
        say: {
          drift: (note) => log.warn({ ...note, environment }, "a value in the ERP does not fit its binding"),
          // What the database said may hold data: it stands in the row, and in no log.
          unreadable: ({ resource, table, change }) =>
            log.error({ ...at, resource, table, change }, "a change cannot be read: it is set aside in the footprint's change table, with the reason"),
          waits: ({ resource, reason }) => log.error({ ...at, resource, reason }, "changes of a resource cannot be read, and wait"),
        },
      });
    });
  });
}
