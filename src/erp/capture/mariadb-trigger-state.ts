/** Which triggers watch a MariaDB database, and what they are made of. */

import { z } from "zod";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { troubleOf } from "../dialects/trouble.ts";
import { physicalName } from "../read/relation.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { mariadbEvents } from "./mariadb-triggers.ts";
import { listingName, type TriggerPlace, triggerName } from "./trigger-names.ts";
import type { TableWatch, WatchState } from "./triggers.ts";

/** Trigger, table, kind of change, digest. */
const listing = z.array(z.tuple([z.string(), z.string(), z.string(), z.string()]));

/** `JSON_TABLE` and what makes images of rows are there from this version on. */
const oldest = [10, 6] as const;

export async function mariadbState(place: TriggerPlace, watched: readonly CapturedTable[], database: Pick<ErpDatabase, "query">): Promise<WatchState> {
  const ask = (text: string, values: readonly (string | null)[] = []) => database.query({ text, values, unprepared: true });
  const [[version] = []] = await ask("SELECT VERSION()");
  const unsuited = unsuitedVersion(String(version));
  if (unsuited !== undefined) return { tables: watched.map(({ table }) => ({ table, state: "missing" })), needless: [], unsuited };

  const found = await listed(place, ask);
  const names = watched.map(({ table }) => physicalName(place, table));
  const views = await ask(
    `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_TYPE = 'VIEW' AND TABLE_NAME IN (${names.map(() => "?").join(", ") || "''"})`,
    [place.schema ?? null, ...names],
  );
  const foreign = new Set(views.map(([name]) => String(name)));
  const tables = watched.map(({ table, digest }): TableWatch => {
    if (foreign.has(physicalName(place, table))) return { table, state: "foreign" };
    const own = mariadbEvents.map((event) => found.find(([name]) => name === triggerName(table, event)));
    if (own.some((one) => one === undefined)) return { table, state: "missing" };
    return { table, state: own.every((one) => one?.[3] === digest) ? "watched" : "outdated" };
  });
  const known = new Set(watched.flatMap(({ table }) => mariadbEvents.map((event) => triggerName(table, event))));
  return { tables, needless: found.map(([name]) => name).filter((name) => !known.has(name)) };
}

async function listed(place: TriggerPlace, ask: (text: string) => ReturnType<ErpDatabase["query"]>): Promise<z.output<typeof listing>> {
  try {
    const [[found] = []] = await ask(`SELECT ${listingName(place)}()`);
    return typeof found === "string" ? listing.parse(JSON.parse(found)) : [];
  } catch (error) {
    if (troubleOf(error) === "drift") return []; // the function is not there, or not this account's to call
    throw error;
  }
}

function unsuitedVersion(version: string): string | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) < oldest[0] || (Number(major) === oldest[0] && Number(minor) < oldest[1]);
  if (version.includes("MariaDB") && !isOld) return undefined;
  return `Triggers need MariaDB ${oldest.join(".")} or later, and this is ${version}: changes are found by scanning`;
}
