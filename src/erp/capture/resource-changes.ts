/** From changes of rows to changes of things, for one resource: one `Captured` for each thing and transaction. */

import type { Captured, CaptureOrigin, Item } from "#contract/captured.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { relationOf } from "../read/relation.ts";
import type { CapturedTable, TableRole } from "./captured-tables.ts";
import { byHands } from "./change-of-hands.ts";
import type { Change } from "./change-table.ts";
import { changedPaths } from "./changed-paths.ts";
import { childChanges } from "./child-changes.ts";
import { type CaptureContext, type ThingState, type ThingStates, thingStates, tieText } from "./thing-states.ts";

/** A `Captured`, and where it stands among those of other resources. */
export interface OrderedCaptured {
  readonly captured: Captured;
  /** The first of its changes. */
  readonly first: Change;
}

export interface ResourceChanges {
  readonly name: string;
  /** Tables whose changes concern the resource. */
  readonly tables: ReadonlySet<string>;
  /** Of these changes what they mean for things. Throws for what cannot be read at all. `tooMany`: a change of a joined table concerns more than are looked at. */
  captured(context: CaptureContext, changes: readonly Change[], tooMany: () => void): Promise<readonly OrderedCaptured[]>;
}

/** Things that changes of joined tables may concern in one batch: a rename of a carrier is no event of each of its shipments. */
const maxThrough = 2_000;

/** What happened to a thing in one transaction. */
interface Happened {
  readonly changes: Change[];
  /** Images of its own row, in each of the tables that it may stand in. */
  readonly rows: Map<string, { readonly first: ThingState | undefined; last: ThingState | undefined }>;
  /** As rows of joined tables make it look. */
  readonly joined: ThingState[];
  /** Lists whose rows changed. */
  readonly lists: Set<string>;
  /** As it is now; only of those whose own rows were not touched. */
  now?: ThingState;
}

export function resourceChanges(resource: BoundResource, dialect: Dialect, watched: readonly CapturedTable[]): ResourceChanges {
  const { contract, source, binding } = resource;
  const states: ThingStates = thingStates(resource, dialect);
  const relation = relationOf(binding);
  const roles = new Map<string, readonly TableRole[]>();
  for (const table of watched) {
    const own = table.roles.filter((role) => role.resource === resource);
    if (own.length > 0) roles.set(table.table, own);
  }

  /** Of changes in a joined table those that change what is joined. Rows that come or go are for scans. */
  async function differingIn(context: CaptureContext, columns: readonly string[], ids: readonly string[]): Promise<readonly string[]> {
    const rows = await context.database.query({ ...write(context.images.differing(columns, ids), dialect), unprepared: true });
    return rows.map(([id]) => String(id));
  }

  /** Rows of a list whose thing is gone by now: how it was before it went is the nearest that is known of it. */
  async function tellOrphaned(
    context: CaptureContext,
    field: string,
    orphaned: readonly { readonly change: Change; readonly tie: string }[],
    images: readonly ThingState[],
    happened: (change: Change, thing: string) => Happened,
  ): Promise<void> {
    const bases = [...roles].flatMap(([table, own]) => (own.some(({ kind }) => kind === "base") ? [table] : []));
    const later = Map.groupBy((await context.later?.(bases)) ?? [], ({ relation }) => relation);
    const all = [...images];
    for (const [table, behind] of later)
      all.push(
        ...(await states.ofRows(
          context,
          table,
          behind.map(({ id }) => id),
        )),
      );
    const before = all.filter(({ side, present }) => side === "before" && present).sort((a, b) => Number(a.change) - Number(b.change));
    for (const { change, tie } of orphaned) {
      const state = before.find((one) => Number(one.change) > Number(change.id) && tieText(states.tieOf(one, field)) === tie);
      if (state === undefined) continue;
      const here = happened(change, state.id);
      here.lists.add(field);
      here.now ??= state;
    }
  }

  async function captured(context: CaptureContext, changes: readonly Change[], tooMany: () => void): Promise<readonly OrderedCaptured[]> {
    const byId = new Map(changes.map((change) => [change.id, change]));
    const found = new Map<string, Happened>();
    const happened = (change: Change, thing: string): Happened => {
      const key = `${change.transaction} ${thing}`;
      const known: Happened = found.get(key) ?? { changes: [], rows: new Map(), joined: [], lists: new Set() };
      found.set(key, known);
      if (!known.changes.includes(change)) known.changes.push(change);
      return known;
    };
    const inTables = (kind: TableRole["kind"]) =>
      [...roles].flatMap(([table, own]) => {
        const ids = changes.filter(({ relation, operation }) => relation === table && operation !== "truncate").map(({ id }) => id);
        return ids.length === 0 ? [] : own.filter((role) => role.kind === kind).map((role) => ({ table, role, ids }));
      });
    const images: ThingState[] = [];
    for (const { table, ids } of inTables("base")) {
      const all = await states.ofRows(context, table, ids);
      images.push(...all);
      for (const { change, before, after } of pairsOf(all, byId)) {
        // A row that was none of the resource's and is none has the id of a thing perhaps, in another company, and is not it.
        if (before?.present !== true && after?.present !== true) continue;
        if (before !== undefined) rowIn(happened(change, before.id), table, before).last = undefined;
        if (after !== undefined) rowIn(happened(change, after.id), table, undefined).last = after;
      }
    }

    for (const { table, role, ids } of inTables("child")) {
      if (role.kind !== "child") continue;
      const tied = await childChanges(context, { source, dialect }, role.levels, table, ids);
      if (tied.length === 0) continue;
      const [first] = role.levels;
      const parents = await states.now(
        context,
        (first?.on ?? []).map(([, parent]) => parent),
        tied.map(({ tie }) => tie),
      );
      const byTie = new Map<string, Map<string, ThingState>>();
      for (const state of [...parents.filter(({ present }) => present), ...images]) {
        const tie = tieText(states.tieOf(state, role.field));
        if (tie === undefined) continue;
        const things = byTie.get(tie) ?? new Map<string, ThingState>();
        byTie.set(tie, things);
        if (!things.has(state.id)) things.set(state.id, state);
      }
      const orphaned: { readonly change: Change; readonly tie: string }[] = [];
      for (const { change: id, tie } of tied) {
        const change = byId.get(id);
        if (change === undefined) continue;
        const [text, noted] = [tieText(tie) ?? "", { some: false }];
        for (const state of byTie.get(text)?.values() ?? []) {
          const known = found.get(`${change.transaction} ${state.id}`);
          // An image of another transaction says whose the row is, and not how the thing is now.
          if (state.change !== undefined && known === undefined) continue;
          const here = happened(change, state.id);
          noted.some = true;
          here.lists.add(role.field);
          if (state.change === undefined) here.now ??= state;
        }
        if (!noted.some) orphaned.push({ change, tie: text });
      }
      if (orphaned.length > 0) await tellOrphaned(context, role.field, orphaned, images, happened);
    }

    for (const { table, role, ids } of inTables("join")) {
      if (role.kind !== "join") continue;
      const differing = await differingIn(context, relation.joinColumns[role.alias] ?? [], ids);
      if (differing.length === 0) continue;
      const all = await states.through(context, role.alias, table, differing, maxThrough);
      if (all.length >= maxThrough) tooMany();
      for (const state of all) {
        const change = byId.get(state.change ?? "");
        if (change !== undefined) happened(change, state.id).joined.push(state);
      }
    }

    const told = [...found].flatMap(([key, one]) => {
      const whole = tell(one);
      if (whole === undefined || (one.lists.size === 0 && one.joined.length === 0 && states.looksAlike(whole.was, whole.now))) return [];
      return [{ thing: key.slice(key.indexOf(" ") + 1), one, ...whole }];
    });
    await states.withChildren(
      context,
      told.map(({ now, was }) => (now ?? was)?.tree).filter((tree) => tree !== undefined),
    );
    return told.flatMap(({ thing, one, was, now }) => {
      const told = capturedOf(context, thing, one, was, now);
      if (told === undefined) return [];
      const { captured, first } = told;
      return byHands(captured, was?.accounts ?? captured.accounts, now?.accounts ?? captured.accounts).map((each) => ({ captured: each, first }));
    });
  }

  /** How it was before the transaction, and how it is after it; undefined twice where it never was. */
  function tell({ rows, joined, now }: Happened): { readonly was: ThingState | undefined; readonly now: ThingState | undefined } | undefined {
    const all = [...rows.values()];
    if (all.length > 0) {
      const was = all.map(({ first }) => first).find((state) => state?.present === true);
      const is = all.map(({ last }) => last).find((state) => state?.present === true);
      return was === undefined && is === undefined ? undefined : { was, now: is };
    }
    if (joined.length > 0) {
      const [was, is] = endsOf(joined);
      return was === undefined || is === undefined ? undefined : { was, now: is };
    }
    return now?.present === true ? { was: now, now } : undefined;
  }

  function capturedOf(
    context: CaptureContext,
    id: string,
    { changes, rows, joined, lists }: Happened,
    was: ThingState | undefined,
    now: ThingState | undefined,
  ): OrderedCaptured | undefined {
    const first = changes.reduce((a, b) => (Number(b.id) < Number(a.id) ? b : a));
    const last = changes.reduce((a, b) => (Number(b.id) > Number(a.id) ? b : a));
    const after: Item | undefined = now && states.item(context, now, was?.tree);
    const before: Item | undefined = was && (was === now ? after : states.item(context, was, now?.tree));
    const changed = new Set<string>();
    if (before !== undefined && after !== undefined) {
      for (const path of [...changedPaths(before, after, states.ownFields), ...lists]) changed.add(path);
      // Its own rows tell nothing of what rows that are joined to them were before.
      if (rows.size > 0) for (const path of joinedPaths(context, joined)) changed.add(path);
    }
    if (before !== undefined && after !== undefined && changed.size === 0) return undefined;
    const origin: CaptureOrigin = changes.every((change) => change.origin === "api") ? "api" : "erp";
    return {
      first,
      captured: {
        key: `${first.id}.${first.atMicros} ${contract.name} ${id}`,
        resource: contract.name,
        id,
        operation: before === undefined ? "created" : after === undefined ? "deleted" : "changed",
        before,
        after,
        changed,
        accounts: (now ?? was)?.accounts ?? [],
        at: Math.floor(last.atMicros / 1000),
        origin,
      },
    };
  }

  function joinedPaths(context: CaptureContext, joined: readonly ThingState[]): readonly string[] {
    const [was, is] = endsOf(joined);
    return was === undefined || is === undefined ? [] : [...changedPaths(states.item(context, was), states.item(context, is), states.ownFields)];
  }

  return { name: contract.name, tables: new Set(roles.keys()), captured };
}

interface Pair {
  readonly change: Change;
  readonly before: ThingState | undefined;
  readonly after: ThingState | undefined;
}

/** Both images of each change, in the order of changes. */
function pairsOf(all: readonly ThingState[], byId: ReadonlyMap<string, Change>): readonly Pair[] {
  const sides = new Map<string, { before: ThingState | undefined; after: ThingState | undefined }>();
  for (const state of all) {
    const pair = sides.get(state.change ?? "") ?? { before: undefined, after: undefined };
    pair[state.side] = state;
    sides.set(state.change ?? "", pair);
  }
  const pairs = [...sides].flatMap(([id, pair]): readonly Pair[] => {
    const change = byId.get(id);
    return change === undefined ? [] : [{ change, ...pair }];
  });
  return pairs.sort((a, b) => Number(a.change.id) - Number(b.change.id));
}

/** What is known of a thing's row in a table; `first`: how the first change found it. */
function rowIn({ rows }: Happened, table: string, first: ThingState | undefined): { readonly first: ThingState | undefined; last: ThingState | undefined } {
  const known = rows.get(table) ?? { first, last: undefined };
  rows.set(table, known);
  return known;
}

/** The first state before, and the last one after. */
function endsOf(joined: readonly ThingState[]): readonly [ThingState | undefined, ThingState | undefined] {
  const inOrder = [...joined].sort((a, b) => Number(a.change) - Number(b.change));
  return [inOrder.find(({ side, present }) => side === "before" && present), inOrder.findLast(({ side, present }) => side === "after" && present)];
}
