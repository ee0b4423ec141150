/** Capture by scanning: compares every thing with what is remembered of it, a page at a time. What comes and goes in between is never seen. */

import type { Captured } from "#contract/captured.ts";
import type { CapturedBatch, CaptureSource } from "#events/capture-source.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { askForThings, lookForMissing } from "./scan-gone.ts";
import type { ScanPace } from "./scan-pace.ts";
import { scanPlan } from "./scan-plan.ts";
import { scanReader } from "./scan-reader.ts";
import type { ScanPhase, ScanPlace, ScanRecords, ScanState, WantedPass } from "./scan-records.ts";
import { lookAtLeft, scanRows } from "./scan-rows.ts";
import type { AtSource, PendingChanges, ScanContext, ScanSays, ScanStepResult, Step } from "./scan-step.ts";

export interface ScanParts {
  readonly place: ScanPlace;
  readonly dialect: Dialect;
  /** Those of the source that have event rules. */
  readonly resources: readonly BoundResource[];
  readonly records: ScanRecords;
  readonly atSource: AtSource;
  readonly pace: ScanPace;
  /** From the end of a pass to the beginning of the next. */
  readonly betweenPassesMs: (resource: BoundResource) => number;
  /** A thing is believed to be gone when it has been missing for that long. */
  readonly goneAfterMs: number;
  /** Of the queue of triggers; undefined where there are none. */
  readonly pending?: PendingChanges;
  readonly now: () => number;
  readonly say: ScanSays;
}

/** A step reads a page's worth of rows at most. Nobody knows what has not been looked at: it has no lag. */
export interface Scan extends CaptureSource {
  /** Brings what is remembered up to date with what was captured otherwise, and has been recorded. */
  remember(captured: readonly Captured[]): Promise<void>;
  /** Has a resource looked at before its time. */
  want(resource: string, what: WantedPass): Promise<void>;
}

const steps: Readonly<Record<Exclude<ScanPhase, "waiting">, Step>> = { rows: scanRows, things: askForThings, gone: lookForMissing };

/** For one process at a time: two would find the same. */
export function scan({ place, dialect, resources, records, pace, betweenPassesMs, atSource, ...parts }: ScanParts): Scan {
  const look: ScanContext["look"] = (use) => atSource((database, catalog) => use({ database, catalog, drift: parts.say.drift }));
  const contexts = resources.map((resource): ScanContext => {
    const plan = scanPlan(resource, dialect);
    return { ...parts, place, records, look, plan, reader: scanReader(resource, plan.fields, dialect), pending: parts.pending, left: new Map() };
  });
  /** Those whose last step went back to things that were left. */
  const wentBack = new Set<ScanContext>();
  /** Where the next step looks for work first, so that a large resource keeps no other waiting. */
  let turn = 0;

  /** The pass that is underway, or is begun now; undefined where none is due. */
  async function passOf({ plan, left }: ScanContext, state: ScanState | undefined): Promise<ScanState | undefined> {
    const resource = plan.resource.contract.name;
    if (state?.madeOf === plan.rowsMadeOf && state.wanted !== "emptied") {
      if (state.phase !== "waiting") return state;
      const betweenMs = betweenPassesMs(plan.resource);
      if (state.wanted === undefined && (state.sinceLastPass ?? betweenMs) < betweenMs) return undefined;
    }
    await records.begin(place, resource, plan.rowsMadeOf);
    left.clear();
    return (await records.states(place)).find((one) => one.resource === resource);
  }

  async function stepOf(context: ScanContext, state: ScanState | undefined, limit: number): Promise<ScanStepResult | undefined> {
    if (context.left.size > 0 && !wentBack.delete(context)) {
      wentBack.add(context);
      return lookAtLeft(context, limit);
    }
    return state === undefined || state.phase === "waiting" ? undefined : steps[state.phase](context, state, limit);
  }

  return {
    ...place,
    name: `${place.source} ${place.environment} scan`,
    async next(limit) {
      if (!pace.isReady()) return nothing;
      await records.settle(place);
      const states = new Map((await records.states(place)).map((state) => [state.resource, state]));
      for (let tried = 0; tried < contexts.length; tried += 1) {
        const context = contexts[turn % contexts.length];
        turn += 1;
        const state = context && (await passOf(context, states.get(context.plan.resource.contract.name)));
        if (context === undefined) continue;
        const result = await stepOf(context, state, Math.min(limit, pace.page));
        if (result === undefined) continue;
        pace.took(result.took);
        return { captured: result.captured, more: pace.isReady(), recorded: result.recorded };
      }
      return nothing;
    },
    lag: async () => undefined,
    async remember(captured) {
      for (const { plan } of contexts) {
        const resource = plan.resource.contract.name;
        // Of each thing the last state.
        const last = new Map(captured.filter((one) => one.resource === resource).map((one) => [one.id, one]));
        const there = [...last.values()].flatMap(({ id, after, accounts }) => (after === undefined ? [] : [{ id, accounts, digest: plan.digest(after) }]));
        const gone = [...last.values()].flatMap(({ id, after }) => (after === undefined ? [id] : []));
        await records.noteRecorded(place, resource, there, gone);
      }
    },
    want: (resource, what) => records.want(place, resource, what),
  };
}

const nothing: CapturedBatch = { captured: [], more: false, recorded: async () => undefined };
