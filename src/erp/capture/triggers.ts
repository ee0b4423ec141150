/** The triggers of a source: what puts them in place, and whether they are there as this gateway's bindings want them. */

import type { ErpDatabase } from "../dialects/dialect.ts";
import { type Denied, define } from "../write/footprint/install.ts";
import type { FootprintStatement } from "../write/footprint.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { mariadbState } from "./mariadb-trigger-state.ts";
import { dropMariadbTriggers, mariadbEvents, mariadbListing, mariadbTriggers } from "./mariadb-triggers.ts";
import { postgresState } from "./postgres-trigger-state.ts";
import { dropPostgresTriggers, postgresTriggers } from "./postgres-triggers.ts";
import { listingName, type TriggerPlace, triggerName } from "./trigger-names.ts";

/** How one table is watched. `foreign`: it is no table whose rows triggers see, such as a view. */
export interface TableWatch {
  readonly table: string;
  readonly state: "watched" | "missing" | "disabled" | "outdated" | "foreign";
}

export interface WatchState {
  readonly tables: readonly TableWatch[];
  /** Triggers, or functions of triggers, that watch what is bound no more. */
  readonly needless: readonly string[];
  /** Why this server cannot be watched by triggers, in a sentence. */
  readonly unsuited?: string;
}

/** Statements in order that put in place what watches these tables. `passed`: tables that cannot be watched. */
export function triggerStatements(place: TriggerPlace, watched: readonly CapturedTable[], passed: readonly string[] = []): readonly FootprintStatement[] {
  const tables = watched.filter(({ table }) => !passed.includes(table));
  return place.dialect === "postgres"
    ? tables.flatMap((table) => postgresTriggers(place, table))
    : [mariadbListing(place), ...tables.flatMap((table) => mariadbTriggers(place, table))];
}

/** Statements that take away what watches tables: `needless` of them, or all that these bindings know of. */
function dropTriggers(place: TriggerPlace, needless: readonly string[]): readonly string[] {
  return place.dialect === "postgres" ? dropPostgresTriggers(needless) : dropMariadbTriggers(place, needless);
}

/** All of it, by what the bindings know; on Postgres whatever watches there is found by itself. */
export function dropAllTriggers(place: TriggerPlace, watched: readonly CapturedTable[]): readonly string[] {
  if (place.dialect === "postgres") return dropPostgresTriggers(undefined);
  const names = watched.flatMap(({ table }) => mariadbEvents.map((event) => triggerName(table, event)));
  return [...dropMariadbTriggers(place, names), `DROP FUNCTION IF EXISTS ${listingName(place)}`];
}

/** Looks at what is there. An account that may not see it finds nothing. */
export async function watchState(place: TriggerPlace, watched: readonly CapturedTable[], database: Pick<ErpDatabase, "query">): Promise<WatchState> {
  return (place.dialect === "postgres" ? postgresState : mariadbState)(place, watched, database);
}

/** What was done, or what keeps it from being done. */
export type TriggersInstalled =
  | {
      readonly kind: "installed";
      /** Tables that have been given triggers, or other ones. */
      readonly tables: readonly string[];
      /** Tables that there are not, or not for this account. */
      readonly missing: readonly string[];
      readonly removed: readonly string[];
      /** How many are watched now. */
      readonly watched: number;
    }
  | { readonly kind: "unsuited"; readonly why: string }
  | Denied;

/** Puts in place what is missing or outdated; does nothing where all is well. Several at once wait for one another. */
export async function installTriggers(place: TriggerPlace, watched: readonly CapturedTable[], database: ErpDatabase): Promise<TriggersInstalled> {
  const before = await watchState(place, watched, database);
  if (before.unsuited !== undefined) return { kind: "unsuited", why: before.unsuited };
  const due = before.tables.filter(({ state }) => state !== "watched" && state !== "foreign").map(({ table }) => table);
  const count = ({ tables }: WatchState): number => tables.filter(({ state }) => state === "watched").length;
  if (due.length === 0 && before.needless.length === 0) return { kind: "installed", tables: [], missing: [], removed: [], watched: count(before) };
  const foreign = before.tables.filter(({ state }) => state === "foreign").map(({ table }) => table);
  const statements = triggerStatements(
    place,
    watched.filter(({ table }) => due.includes(table)),
    foreign,
  );
  const denied = await define(place, database, [...dropTriggers(place, before.needless), ...statements.map(({ text }) => text)]);
  if (denied !== undefined) return denied;
  const after = await watchState(place, watched, database);
  const isWatched = (table: string): boolean => after.tables.some((one) => one.table === table && one.state === "watched");
  return {
    kind: "installed",
    tables: due.filter(isWatched),
    missing: due.filter((table) => !isWatched(table)),
    removed: before.needless,
    watched: count(after),
  };
}
