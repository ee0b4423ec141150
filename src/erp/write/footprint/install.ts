/** Puts the footprint into an ERP's database, or brings it to the newest version; does nothing where it is there. */

import { driftInWords } from "../../check/check-resource.ts";
import type { ErpDatabase, Statement, WriteTransaction } from "../../dialects/dialect.ts";
import { sourceUnavailable, troubleOf } from "../../dialects/trouble.ts";
import { footprintChanges, footprintVersion, namesIn, newestVersion, type Place } from "../footprint.ts";

export type FootprintState =
  | { readonly kind: "absent" }
  /** `older`: some of what this gateway writes to is missing. A newer one has all of it. */
  | { readonly kind: "older" | "current" | "newer"; readonly version: number };

/** Reads what is there. A role that may not look at it finds none. */
export async function footprintState(place: Place, database: Pick<ErpDatabase, "query">): Promise<FootprintState> {
  try {
    const [row] = await database.query(plain(`SELECT version FROM ${namesIn(place)("footprint")} WHERE id = 1`));
    if (row === undefined) return { kind: "absent" };
    const version = Number(row[0]);
    return { kind: version < footprintVersion(place) ? "older" : version > newestVersion ? "newer" : "current", version };
  } catch (error) {
    if (troubleOf(error) === "drift") return { kind: "absent" };
    throw error;
  }
}

/** Several at once wait for one another. Answers what was there before, or what the database said to an account that may not. */
export async function installFootprint(place: Place, database: ErpDatabase): Promise<FootprintState | Denied> {
  const before = await footprintState(place, database);
  if (before.kind === "current" || before.kind === "newer") return before;
  const statements = footprintChanges(place, before.kind === "older" ? before.version : 0).map(({ text }) => text);
  return (await define(place, database, statements)) ?? before;
}

/** The database said that this account may not. */
export interface Denied {
  readonly kind: "denied";
  readonly said: string;
}

/** Runs definitions in order, while nobody else does. */
export async function define({ dialect }: Pick<Place, "dialect">, database: ErpDatabase, statements: readonly string[]): Promise<Denied | undefined> {
  if (database.transact === undefined) throw new Error("this handle is for reading only");
  try {
    await database.transact((transaction) => defineWithin({ dialect }, transaction, statements.map(plain)));
  } catch (error) {
    const said = driftInWords(error);
    if (said === undefined) throw error;
    return { kind: "denied", said };
  }
  return undefined;
}

async function defineWithin({ dialect }: Pick<Place, "dialect">, transaction: WriteTransaction, statements: readonly Statement[]): Promise<void> {
  const { locked } = await transaction.claim(installLock, [], waitSeconds);
  if (!locked) throw sourceUnavailable("locked", new Error("another process has been installing the footprint for a while"));
  if (dialect === "postgres") return transaction.commit(statements);
  // Each definition commits by itself, and what follows a commit is under the session's own mode again.
  await transaction.execute(plain("SET SESSION TRANSACTION READ WRITE"));
  for (const statement of statements) await transaction.execute(statement);
  await transaction.execute(plain("SET SESSION TRANSACTION READ ONLY"));
  await transaction.commit();
}

/** 16 bytes, as of any key. */
const installLock = Buffer.from("sluice footprint");
const waitSeconds = 20;

function plain(text: string): Statement {
  return { text, values: [], unprepared: true };
}
