/** Captures what triggers have noted: takes changes from the queue, makes things of them, and forgets what is recorded. */

import type { CapturedBatch, CaptureSource } from "#events/capture-source.ts";
import { Problem } from "#lib/problems.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase, Statement } from "../dialects/dialect.ts";
import { troubleOf } from "../dialects/trouble.ts";
import type { DriftNote } from "../read/reader.ts";
import { capturedTables } from "./captured-tables.ts";
import { type Change, changeTable } from "./change-table.ts";
import { imagesOf } from "./images-of.ts";
import { type OrderedCaptured, type ResourceChanges, resourceChanges } from "./resource-changes.ts";
import type { CaptureContext } from "./thing-states.ts";

/** Runs work at the source, as background work, when its turn comes. */
export type AtSource = <T>(work: (database: ErpDatabase, catalog: Catalog) => Promise<T>) => Promise<T>;

export interface TriggerCaptureParts {
  readonly source: SourceDeclaration;
  readonly environment: "live" | "test";
  readonly dialect: Dialect;
  /** All resources of the source; those without events are passed over. */
  readonly resources: readonly BoundResource[];
  readonly run: AtSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Has a resource looked at as a whole, since something happened that no single change tells. Must be remembered when it resolves. */
  readonly sweep: (resource: string, why: "truncated" | "too-many") => Promise<void>;
  readonly say: {
    /** A value that did not fit. */
    drift(note: DriftNote): void;
    /** A change that cannot be read, and was set aside. */
    unreadable(about: { readonly resource: string; readonly table: string; readonly change: string; readonly reason: string }): void;
    /** Nothing of a resource can be read: its changes wait. */
    waits(about: { readonly resource: string; readonly reason: string }): void;
  };
}

/** How long changes wait after nothing of them could be read. */
const pauseMs = 30_000;

/** As many are looked at behind a batch, for things that are gone meanwhile. */
const maxLater = 2_000;

/** As many changes count; beyond, there are "at least" so many. */
const countUpTo = 1_000_000;

export function triggerCapture(parts: TriggerCaptureParts): CaptureSource {
  const { source, environment, dialect, resources, run, now, sweep, say } = parts;
  const watched = capturedTables(resources.filter((resource) => resource.source.name === source.name));
  const queue = changeTable(source, dialect);
  const bound = resources.filter((resource) => watched.some(({ roles }) => roles.some((role) => role.resource === resource)));
  const changesOf = bound.map((resource) => resourceChanges(resource, dialect, watched));
  const tables = watched.map(({ table }) => table);
  const paused = new Map<string, number>();

  return {
    name: `${source.name} ${environment} triggers`,
    source: source.name,
    environment,

    next: (limit) =>
      run(async (database, catalog) => {
        const asked = tables.filter((table) => (paused.get(table) ?? 0) <= now());
        if (asked.length === 0) return nothing;
        const { changes, full } = await queue.read(database, asked, limit);
        if (changes.length === 0) return nothing;
        const newest = changes.reduce((last, { id }) => (Number(id) > Number(last) ? id : last), "0");
        const context = {
          ...{ database, catalog, images: imagesOf(source, watched, catalog), drift: say.drift },
          later: (relations: readonly string[]) => queue.later(database, relations, newest, maxLater),
        };
        const sweeps = new Map<string, "truncated" | "too-many">();
        const round = await capturedIn(context, changes, (resource, why) => sweeps.set(resource, why));
        const done = changes.filter(({ id, relation }) => !round.aside.has(id) && !round.waiting.has(relation));
        const inOrder = [...round.captured].sort((a, b) => Number(a.first.id) - Number(b.first.id));
        return {
          captured: inOrder.map(({ captured }) => captured),
          more: full,
          recorded: async () => {
            for (const [resource, why] of sweeps) await sweep(resource, why);
            if (done.length > 0) await run((handle) => change(handle, [queue.forget(done.map(({ id }) => id))]));
          },
        } satisfies CapturedBatch;
      }),

    lag: () =>
      run(async (database) => {
        const { waiting, oldestMs } = await queue.lag(database, tables, countUpTo);
        return { waiting, oldestMs };
      }),
  };

  interface Round {
    readonly captured: readonly OrderedCaptured[];
    /** Ids of changes that were set aside. */
    readonly aside: ReadonlySet<string>;
    /** Tables whose changes stay where they are for now. */
    readonly waiting: ReadonlySet<string>;
  }

  async function capturedIn(
    context: CaptureContext & { readonly database: ErpDatabase },
    changes: readonly Change[],
    toSweep: (resource: string, why: "truncated" | "too-many") => void,
  ): Promise<Round> {
    const captured: OrderedCaptured[] = [];
    const aside = new Set<string>();
    const waiting = new Set<string>();
    for (const one of changesOf) {
      const own = changes.filter(({ id, relation }) => one.tables.has(relation) && !aside.has(id) && !waiting.has(relation));
      if (own.some(({ operation }) => operation === "truncate")) toSweep(one.name, "truncated");
      const images = own.filter(({ operation }) => operation !== "truncate");
      if (images.length === 0) continue;
      const told = await tellAll(context, one, images, () => toSweep(one.name, "too-many"));
      if (told.kind === "waits") {
        say.waits({ resource: one.name, reason: told.reason });
        for (const table of one.tables) {
          waiting.add(table);
          paused.set(table, now() + pauseMs);
        }
        continue;
      }
      captured.push(...told.captured);
      for (const {
        change: { id, relation },
        reason,
      } of told.unreadable) {
        aside.add(id);
        say.unreadable({ resource: one.name, table: relation, change: id, reason });
        await change(context.database, [queue.setAside(id, reason)]);
      }
    }
    return { captured: captured.filter(({ first }) => !waiting.has(first.relation)), aside, waiting };
  }
}

const nothing: CapturedBatch = { captured: [], more: false, recorded: async () => undefined };

async function change({ transact }: ErpDatabase, statements: readonly Statement[]): Promise<void> {
  if (transact === undefined) throw new Error("this handle is for reading only");
  await transact((transaction) => transaction.commit(statements));
}

type Told =
  | {
      readonly kind: "told";
      readonly captured: readonly OrderedCaptured[];
      readonly unreadable: readonly { readonly change: Change; readonly reason: string }[];
    }
  | { readonly kind: "waits"; readonly reason: string };

/** What fails for more than a few is no matter of single changes. */
const maxUnreadable = 20;

/** Finds those among the changes that cannot be read, and tells the others. */
async function tellAll(context: CaptureContext, one: ResourceChanges, changes: readonly Change[], tooMany: () => void): Promise<Told> {
  try {
    return { kind: "told", captured: await one.captured(context, changes, tooMany), unreadable: [] };
  } catch (error) {
    const broken = waitsFor(error);
    if (broken !== undefined) return { kind: "waits", reason: broken };
    const unreadable = await findUnreadable(context, one, changes, error);
    const among = new Set(unreadable.map(({ change: { id } }) => id));
    const others = changes.filter(({ id }) => !among.has(id));
    if (unreadable.length > maxUnreadable || (unreadable.length === changes.length && changes.length > 1))
      return { kind: "waits", reason: "more changes than a few cannot be read" };
    return { kind: "told", captured: others.length === 0 ? [] : await one.captured(context, others, tooMany), unreadable };
  }
}

/** Halves what fails until single changes are left. */
async function findUnreadable(
  context: CaptureContext,
  one: ResourceChanges,
  changes: readonly Change[],
  why: unknown,
): Promise<readonly { readonly change: Change; readonly reason: string }[]> {
  const [only] = changes;
  if (changes.length === 1 && only !== undefined) return [{ change: only, reason: String(why) }];
  const found: { readonly change: Change; readonly reason: string }[] = [];
  const half = Math.ceil(changes.length / 2);
  for (const part of [changes.slice(0, half), changes.slice(half)]) {
    if (found.length > maxUnreadable) break;
    try {
      await one.captured(context, part, () => undefined);
    } catch (error) {
      if (error instanceof Problem) throw error;
      found.push(...(await findUnreadable(context, one, part, error)));
    }
  }
  return found;
}

/** Trouble that passes is the caller's; a table that is no longer as it is bound concerns its resource alone. */
function waitsFor(error: unknown): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  if (troubleOf(error) !== "drift") throw error;
  const cause = error.cause instanceof Error ? (error.cause.cause ?? error.cause) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
