/** Looks, a little at a time, whether the ERP has overwritten what partners wrote to their own fields: that is a conflict, too. */

import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Dialect, ErpDatabase, Statement, WriteTransaction } from "../dialects/dialect.ts";
import type { ReadCaller, ResourceReader } from "../read/reader.ts";
import { agrees } from "./agrees.ts";
import type { NewConflict } from "./conflict-record.ts";
import { conflictTable } from "./conflict-table.ts";
import type { BodySeal } from "./receipt.ts";
import { type WrittenPosition, type WrittenRow, writtenTable } from "./written-table.ts";

export interface OverwrittenParts {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  /** Those of this source, each with its reader. */
  readonly resources: readonly { readonly resource: BoundResource; readonly reader: ResourceReader }[];
  readonly seal: BodySeal;
  /** From `conflictSalt`. */
  readonly salt: string;
  readonly now: () => number;
}

export interface OverwrittenRound {
  /** Those that were not on record yet. */
  readonly found: readonly NewConflict[];
  /** Where the next round begins; undefined: at the start again. */
  readonly next: WrittenPosition | undefined;
}

/** What was written longer ago than this is the ERP's affair. */
const watchedDays = 400;
const dayMs = 86_400_000;

export interface OverwrittenFinder {
  /** Looks at no more than `limit` fields. The caller's database is the primary: a copy that lags would show what was there before a write. */
  round(caller: Omit<ReadCaller, "accounts">, after: WrittenPosition | undefined, limit: number): Promise<OverwrittenRound>;
}

export function overwrittenFinder(parts: OverwrittenParts): OverwrittenFinder {
  const { source, dialect, resources, seal, salt, now } = parts;
  const written = writtenTable(source, dialect, seal, salt);
  const conflicts = conflictTable(source, dialect, seal, salt);
  const byName = new Map(resources.map((one) => [one.resource.contract.name, one]));

  async function round(caller: Omit<ReadCaller, "accounts">, after: WrittenPosition | undefined, limit: number): Promise<OverwrittenRound> {
    const rows = written.readPage(await caller.database.query(written.page(after, limit)));
    const found: NewConflict[] = [];
    for (const fields of byThing(rows)) found.push(...(await compare(caller, fields)));
    const last = rows.at(-1);
    return { found, next: rows.length < limit || last === undefined ? undefined : last };
  }

  /** The fields of one thing. */
  async function compare(caller: Omit<ReadCaller, "accounts">, rows: readonly WrittenRow[]): Promise<readonly NewConflict[]> {
    const [{ resource, thing } = never()] = rows;
    const one = byName.get(resource);
    if (one === undefined) return []; // of another project on the same ERP
    const { contract, binding } = one.resource;
    const watched = rows.filter(
      ({ field, writtenAtMs }) => contract.owner[field] === "partner" && field in binding.fields && now() - writtenAtMs < watchedDays * dayMs,
    );
    for (const row of rows) if (!watched.includes(row)) await changeOne(caller.database, written.removeField(row));
    if (watched.length === 0) return [];
    const item = await one.reader.look(caller, thing, ["id", ...watched.map(({ field }) => field)]);
    const found: NewConflict[] = [];
    for (const row of watched) {
      if (item === undefined) await changeOne(caller.database, written.removeField(row));
      else found.push(...(await judge(caller.database, row, item[row.field] ?? null)));
    }
    return found;
  }

  /** `present`: as it stands now. What changed since the row was read is judged in a later round. */
  async function judge(database: ErpDatabase, row: WrittenRow, present: unknown): Promise<readonly NewConflict[]> {
    const digest = written.digestOf(row, present);
    if (digest === row.digest) {
      if (row.seen !== null) await changeOne(database, written.mark(row, { digest, seen: null })); // put right again
      return [];
    }
    if (digest === row.seen) return []; // on record
    const kept = written.valueOf(row);
    // What cannot be opened any more, or reads as it did in a new form of the field, is where we begin anew.
    if (kept === undefined || agrees(kept.value, present)) {
      await changeOne(database, written.mark(row, { digest, seen: null }));
      return [];
    }
    const conflict: NewConflict = {
      ...{ partner: row.partner, resource: row.resource, thing: row.thing, field: row.field, command: row.command, rule: "owner", outcome: "erp" },
      ...{ erpValue: present, partnerValue: kept.value, besides: {}, createdAt: new Date(now()) },
    };
    const record = conflicts.insert(`overwritten ${row.writtenAtMs} ${now()}`, [conflict]);
    const marked = await changeOne(database, written.mark(row, { digest: row.digest, seen: digest }), record);
    return marked ? [conflict] : [];
  }

  return { round };
}

/** Runs `also` in the same transaction if `change` changed its row; else somebody else was there first. */
async function changeOne(database: ErpDatabase, change: Statement, also?: Statement): Promise<boolean> {
  if (database.transact === undefined) throw new Error("this handle is for reading only");
  return database.transact(async (transaction: WriteTransaction) => {
    if ((await transaction.execute(change)) === 0) return false;
    await transaction.commit(also === undefined ? [] : [also]);
    return true;
  });
}

/** Rows come in the order of their key. */
function byThing(rows: readonly WrittenRow[]): readonly (readonly WrittenRow[])[] {
  const groups: WrittenRow[][] = [];
  for (const row of rows) {
    const group = groups.at(-1);
    if (group?.[0]?.resource === row.resource && group[0].thing === row.thing) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

function never(): WrittenRow {
  throw new Error("a thing without fields");
}
