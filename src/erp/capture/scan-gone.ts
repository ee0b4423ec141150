/** Steps of a scan through the things that are remembered: finds those that the ERP does not have any more. */

import { type Difference, handOut, type ScanContext, type Step, withoutPending } from "./scan-step.ts";

/**
 * Asks which of the next things are there. A missing one is only marked: it may be on its way between two tables; or a grant was lost,
 * or a copy without rows has taken the place of the database, and then it is better to say nothing than to tell all partners
 * that everything is gone.
 */
export const askForThings: Step = async (context, state, limit) => {
  const { place, plan, reader, records, look, say } = context;
  const resource = plan.resource.contract.name;
  const things = await records.walk(place, resource, state.position, limit);
  const last = things.at(-1);
  const ids = things.map(({ id }) => id);
  const present = ids.length === 0 ? new Set<string>() : await look((caller) => reader.present(caller, ids));
  const absent = things.filter(({ id }) => !present.has(id));
  // Nobody was told that they are there, or nothing is news yet.
  const quiet = absent.filter(({ digest }) => digest === undefined || !state.hasBaseline).map(({ id }) => id);
  const missing = await withoutPending(
    context,
    absent.filter(({ digest }) => digest !== undefined && state.hasBaseline).map(({ id }) => id),
  );
  await records.forget(place, resource, quiet);
  await records.mark(
    place,
    resource,
    missing,
    things.filter(({ id, isMissing }) => isMissing && present.has(id)).map(({ id }) => id),
  );

  const step = { ...state, thingsAsked: state.thingsAsked + things.length, thingsMissing: state.thingsMissing + missing.length };
  const isLast = things.length < limit || last === undefined;
  if (!isLast) await records.advance(place, resource, { ...step, position: last.id });
  else {
    await records.advance(place, resource, { ...step, phase: "gone", position: null });
    if (!state.believes && tooMany(step.thingsMissing - state.confirmed, step.thingsAsked)) {
      await records.end(place, resource, true);
      say.held({ resource, missing: step.thingsMissing, known: step.thingsAsked });
    }
  }
  return { took: things.length, captured: [], recorded: async () => undefined };
};

/** More than these are not believed to be gone until somebody says so. */
const unsuspicious = { things: 100, share: 0.2 } as const;

function tooMany(missing: number, asked: number): boolean {
  return missing > unsuspicious.things && missing > asked * unsuspicious.share;
}

/** Looks once more for things that are missing, and hands out that they are gone. */
export const lookForMissing: Step = async (context, state, limit) => {
  const { place, plan, records } = context;
  const resource = plan.resource.contract.name;
  const { things, others } = await records.missing(place, resource, state.believes ? 0 : context.goneAfterMs, null, limit);
  if (things.length === 0 && others) return undefined;
  if (things.length === 0) {
    await records.end(place, resource, false);
    return { took: 0, captured: [], recorded: async () => undefined };
  }
  const gone = new Set(
    await stillMissing(
      context,
      things.map(({ id }) => id),
    ),
  );
  await records.mark(
    place,
    resource,
    [],
    things.filter(({ id }) => !gone.has(id)).map(({ id }) => id),
  );
  // What is remembered is looked at once more after the queue: see `believed`.
  const again = await records.known(place, resource, [...gone]);
  const differences = things.flatMap(({ id, version, accounts }): readonly Difference[] =>
    gone.has(id) && again.get(id)?.version === version
      ? [{ id, operation: "deleted", before: undefined, after: undefined, changed: new Set(), accounts, digest: undefined }]
      : [],
  );
  return handOut(context, things.length, differences, async () => undefined);
};

async function stillMissing(context: ScanContext, ids: readonly string[]): Promise<readonly string[]> {
  const { reader, look } = context;
  const present = await look((caller) => reader.present(caller, ids));
  return withoutPending(
    context,
    ids.filter((id) => !present.has(id)),
  );
}
