/** A step of a scan through the ERP's rows: finds things that were made or changed. */

import type { ScannedThing, ScanPosition } from "./scan-reader.ts";
import type { KnownThing, SeenThing } from "./scan-records.ts";
import { type Difference, handOut, type ScanContext, type ScanStepResult, type Step, withoutPending } from "./scan-step.ts";
import { certainText, differingPaths } from "./thing-digest.ts";

export const scanRows: Step = async (context, state, limit) => {
  const { place, plan, reader, records, look } = context;
  const resource = plan.resource.contract.name;
  const position: ScanPosition = state.position === null ? { table: 0, after: null } : JSON.parse(state.position);
  const page = await look((caller) => reader.page(caller, position, limit));
  const things = new Map(page.things.map((thing) => [thing.id, thing]));
  const known = await records.known(place, resource, [...things.keys()]);

  const doubtful: string[] = [];
  const fresh: SeenThing[] = [];
  const quiet: (SeenThing & Pick<KnownThing, "version">)[] = [];
  const settled: string[] = [];
  const back: string[] = [];
  for (const { id, accounts, item } of things.values()) {
    const before = known.get(id);
    const digest = plan.digest(item);
    if (before?.isMissing) back.push(id);
    if (before === undefined && !state.hasBaseline) fresh.push({ id, digest, accounts });
    else if (before?.digest === undefined) doubtful.push(id);
    else {
      const paths = differingPaths(before.digest, digest, plan.paths);
      if (paths !== undefined && paths.length > 0) doubtful.push(id);
      else {
        if (before.hasFinding) settled.push(id);
        // Of other fields than before, or somebody else's now.
        if (paths === undefined || certainText(before.accounts) !== certainText(accounts)) quiet.push({ id, digest, accounts, version: before.version });
      }
    }
  }
  await records.noteNew(place, resource, fresh);
  await records.drop(place, resource, settled);
  await records.renew(place, resource, quiet);
  await records.mark(place, resource, [], back);

  const differences = await believed(context, doubtful, known);
  keepLeft(context, doubtful, differences);
  const step = { ...state, rowsRead: state.rowsRead + page.things.length };
  const { next } = page;
  return handOut(context, page.things.length + doubtful.length, differences, () =>
    records.advance(place, resource, next === null ? { ...step, phase: "things", position: null } : { ...step, phase: "rows", position: JSON.stringify(next) }),
  );
};

/** How often a thing is left to the queue before it is left to the next pass, and how many may be. */
const mostTries = 5;
const mostLeft = 2_000;

/**
 * Looks once more at things that were left to the queue. Where rows of a joined table are written all the time, the queue is rarely
 * empty when it is looked at, and nobody knows which things these are of: one look in an hour would find nothing for a long time.
 */
export async function lookAtLeft(context: ScanContext, limit: number): Promise<ScanStepResult> {
  const { place, plan, records, left } = context;
  const ids = [...left.keys()].slice(0, limit);
  const known = await records.known(place, plan.resource.contract.name, ids);
  const differences = await believed(context, ids, known);
  const told = new Set(differences.map(({ id }) => id));
  for (const id of ids) {
    const tries = (left.get(id) ?? 0) + 1;
    // To the end of the line.
    left.delete(id);
    if (!told.has(id) && tries < mostTries) left.set(id, tries);
  }
  return handOut(context, ids.length, differences, async () => undefined);
}

/** What is not told is left, for now: it may be no difference at all, once the queue was read. */
function keepLeft({ left, pending }: ScanContext, doubtful: readonly string[], differences: readonly Difference[]): void {
  if (pending === undefined) return;
  const told = new Set(differences.map(({ id }) => id));
  for (const id of doubtful) if (!told.has(id) && left.size < mostLeft) left.set(id, 0);
}

/**
 * A difference is news when it is none of those that triggers have noted and the relay has not recorded yet. Four looks, in this order:
 * 1. `known`: what is remembered of the thing.
 * 2. the thing itself.
 * 3. the queue of triggers.
 * 4. what is remembered, again.
 * The relay brings what is remembered up to date before it deletes a change from the queue. So each change that a trigger noted, and
 * that was committed before look 3, either waits in the queue at look 3 (the thing is left for the next pass), or was in what is
 * remembered at look 1 already, or came into it between 1 and 4, which gives it another version (left as well). Where none of it is
 * so, what is remembered has all that triggers noted until look 3, and the thing as look 2 found it can differ by something else
 * only: something that no trigger noted. Nothing in this needs the looks to be one snapshot of the ERP, or one process to be alone.
 *
 * Nothing is missed either: a thing that is left differs still in the next pass, unless the queue has brought what it differed by.
 */
async function believed(context: ScanContext, doubtful: readonly string[], known: ReadonlyMap<string, KnownThing>): Promise<readonly Difference[]> {
  const { place, plan, records } = context;
  const resource = plan.resource.contract.name;
  // A batch job's changes of a moment ago: not worth a look at each.
  const open = await withoutPending(context, doubtful);
  if (open.length === 0) return [];
  const things = await steady(context, open);
  const certain = await withoutPending(context, [...things.keys()]);
  const again = await records.known(place, resource, certain);
  return certain.flatMap((id): readonly Difference[] => {
    const thing = things.get(id);
    const before = again.get(id);
    if (thing === undefined || before?.version !== known.get(id)?.version) return [];
    const { accounts, item } = thing;
    const digest = plan.digest(item);
    if (before?.digest === undefined) return [{ id, operation: "created", before: undefined, after: item, changed: new Set(), accounts, digest }];
    const paths = differingPaths(before.digest, digest, plan.paths) ?? [];
    return paths.length === 0 ? [] : [{ id, operation: "changed", before: undefined, after: item, changed: new Set(paths), accounts, digest }];
  });
}

const mostLooks = 4;

/** Things that two looks found the same: a row and its child rows are read one after the other, and may not belong together. */
async function steady({ look, reader, plan }: ScanContext, ids: readonly string[]): Promise<ReadonlyMap<string, ScannedThing>> {
  const things = (these: readonly string[]) => look((caller) => reader.things(caller, these));
  const first = await things(ids);
  const hasChildRows = Object.values(plan.resource.binding.fields).some(({ children }) => children !== undefined);
  if (!hasChildRows) return first;
  const found = new Map<string, ScannedThing>();
  let before = first;
  for (let looks = 1; looks < mostLooks && before.size > 0; looks += 1) {
    const now = await things([...before.keys()]);
    const unsteady = new Map<string, ScannedThing>();
    for (const [id, thing] of now) {
      const last = before.get(id);
      if (last !== undefined && certainText(last.item) === certainText(thing.item)) found.set(id, thing);
      else unsteady.set(id, thing);
    }
    before = unsteady;
  }
  return found;
}
