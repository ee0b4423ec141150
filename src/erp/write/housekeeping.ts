/** What writes need besides requests: operations followed to their end, receipts forgotten in time, overwritten fields found. */

import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase } from "../dialects/dialect.ts";
import type { DriftNote, ResourceReader } from "../read/reader.ts";
import { conflictTable } from "./conflict-table.ts";
import { followOperations } from "./operations.ts";
import { overwrittenFinder } from "./overwritten.ts";
import type { BodySeal } from "./receipt.ts";
import { receiptTable } from "./receipt-table.ts";
import { type Retention, tidyReceipts } from "./retention.ts";
import type { WrittenPosition } from "./written-table.ts";

export interface HousekeepingParts {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  /** Those of this source, each with its reader. */
  readonly resources: readonly { readonly resource: BoundResource; readonly reader: ResourceReader }[];
  readonly seal: BodySeal;
  /** From `conflictSalt`. */
  readonly salt: string;
  readonly retention: Retention;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly say: {
    deadLetter(about: { readonly resource: string; readonly command: string; readonly staged_key: string }): void;
    overwritten(about: { readonly resource: string; readonly thing: string; readonly field: string }): void;
  };
}

/** Runs work at the source, as background work, when its turn comes. */
export type InBackground = <T>(work: (database: ErpDatabase, catalog: Catalog) => Promise<T>) => Promise<T>;

export interface Housekeeping {
  /** One bounded round of what is due. Rejects with a `Problem` while the source cannot answer. */
  round(run: InBackground): Promise<void>;
}

const everyMs = { operations: 2_000, overwritten: 10_000, receipts: 60_000 } as const;

type Task = keyof typeof everyMs;

const batchSize = 50;
const dayMs = 86_400_000;

export function housekeeping(parts: HousekeepingParts): Housekeeping {
  const { source, dialect, resources, seal, retention, now, say } = parts;
  const bound = resources.map(({ resource }) => resource);
  const stages = bound.some(({ binding }) => Object.values(binding.commands).some((command) => typeof command !== "function" && command.kind === "stage"));
  const finder = overwrittenFinder(parts);
  const conflicts = conflictTable(source, dialect, seal, parts.salt);
  const owns = bound.some(({ contract }) => Object.keys(contract.commands).length > 0 && Object.values(contract.owner).includes("partner"));
  let position: WrittenPosition | undefined;

  const tasks: Readonly<Record<Task, (database: ErpDatabase, catalog: Catalog) => Promise<void>>> = {
    async operations(database) {
      const { deadLetters } = await followOperations(
        { database, dialect, source, resources: bound, receipts: receiptTable(source, dialect), seal, now: now() },
        batchSize,
      );
      for (const { resource, command, stagedKey } of deadLetters) say.deadLetter({ resource, command, staged_key: stagedKey });
    },
    async overwritten(database, catalog) {
      const { found, next } = await finder.round({ database, catalog, drift: (_: DriftNote) => undefined }, position, batchSize);
      position = next;
      for (const { resource, thing, field } of found) say.overwritten({ resource, thing, field });
    },
    async receipts(database) {
      await tidyReceipts(database, source, dialect, { ...retention, now: now() });
      await tidyConflicts(database);
    },
  };
  /** Decided ones go as receipts do. Those that wait for a person stay. */
  async function tidyConflicts({ transact }: ErpDatabase): Promise<void> {
    const before = new Date(now() - retention.tombstoneDays * dayMs);
    await transact?.(async (transaction) => transaction.commit([conflicts.prune(before, batchSize * 20)]));
  }

  const wanted = (Object.keys(tasks) as Task[]).filter((task) => (task === "operations" ? stages : task === "overwritten" ? owns : true)); // its own keys
  const dueAt: Record<Task, number> = { operations: 0, overwritten: 0, receipts: 0 };
  let busy = false;

  return {
    async round(run) {
      const task = wanted.find((name) => now() >= dueAt[name]);
      if (task === undefined || busy) return;
      busy = true;
      dueAt[task] = now() + everyMs[task];
      try {
        await run(tasks[task]);
      } finally {
        busy = false;
      }
    },
  };
}
