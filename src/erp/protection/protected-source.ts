/** One source in one environment: its maintenance, the guard of its primary, and that of its replica where it has one. */

import type { ErpDatabase } from "../dialects/dialect.ts";
import { sourceUnavailable } from "../dialects/trouble.ts";
import type { Change } from "./changes.ts";
import { type Guard, type GuardParts, guard, type Work } from "./guard.ts";
import { guarded } from "./guarded-database.ts";
import type { MaintenanceSchedule } from "./maintenance.ts";

export type Target = "primary" | "replica";

export interface SourceWork extends Work {
  /** A read that a write will be judged by (`If-Match`): a replica may lag behind, so it goes to the primary. */
  readonly fresh?: boolean;
}

export interface ProtectedSource {
  /** Runs work at the source; `use` is given the database it may use, and not for longer than it runs. */
  run<T>(work: SourceWork, database: ErpDatabase, use: (database: ErpDatabase) => Promise<T>): Promise<T>;
  /** One bounded round of what has to be done without a request: probes that are due. */
  tend(database: () => ErpDatabase): Promise<void>;
  state(): "unknown" | "available" | "unavailable" | "maintenance";
  /** In ms since the epoch; undefined outside of maintenance. */
  maintenanceEndsAt(): number | undefined;
  /** The databases that have been used so far. */
  guards(): readonly (readonly [Target, Guard])[];
}

export interface ProtectedSourceParts extends Omit<GuardParts, "maintenanceMs" | "changed"> {
  readonly maintenance: MaintenanceSchedule;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly changed: (change: Change) => void;
}

export function protectedSource(parts: ProtectedSourceParts): ProtectedSource {
  const { maintenance, now, changed } = parts;
  let inMaintenance = false;

  function maintenanceEndsAt(): number | undefined {
    const endsAt = maintenance.endsAt(now());
    if ((endsAt !== undefined) !== inMaintenance) {
      inMaintenance = endsAt !== undefined;
      changed(endsAt === undefined ? { kind: "maintenance-ended" } : { kind: "maintenance-began", until: new Date(endsAt).toISOString() });
    }
    return endsAt;
  }

  const guardOf = (target: Target): Guard =>
    guard({
      ...parts,
      maintenanceMs: () => {
        const endsAt = maintenanceEndsAt();
        return endsAt === undefined ? undefined : endsAt - now();
      },
      changed: (change) => changed({ ...change, target }),
    });
  const primary = guardOf("primary");
  let replica: Guard | undefined;

  return {
    run(work, database, use) {
      const copy = work.kind === "read" && work.fresh !== true ? database.replica : undefined;
      if (copy !== undefined) {
        replica ??= guardOf("replica");
        if (parts.settings.replicaFallback === "none" || !replica.refuses(work.by)) return replica.run(work, (statement) => use(guarded(copy, statement)));
      }
      return primary.run(work, (statement) => use(guarded(database, statement)));
    },
    async tend(database) {
      maintenanceEndsAt();
      await Promise.all([primary.probe(database), replica?.probe(() => database().replica ?? noReplica())]);
    },
    state() {
      if (maintenanceEndsAt() !== undefined) return "maintenance";
      const states = [primary.state(), ...(replica === undefined ? [] : [replica.state()])];
      return states.find((state) => state === "unavailable") ?? states.find((state) => state === "available") ?? "unknown";
    },
    maintenanceEndsAt,
    guards: () => [["primary", primary], ...(replica === undefined ? [] : [["replica", replica] as const])],
  };
}

/** It was there once, and is configured no more: as good as gone. */
function noReplica(): never {
  throw sourceUnavailable("connection", new Error("there is no replica"));
}
