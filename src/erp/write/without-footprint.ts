/** The sources that take none of our tables: their writes, what became of them, and the rounds in which that is found out. */

import type { OperationState } from "#contract/command-call.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { ResourceReader } from "../read/reader.ts";
import type { ConflictLog } from "./conflict-log.ts";
import type { CommandRunner, WritePoint } from "./execute.ts";
import { unreceiptedRunner } from "./execute-without-footprint.ts";
import { naturalKeyOf } from "./natural-key.ts";
import type { BodySeal } from "./receipt.ts";
import type { ReceiptPlace, ReceiptRecords } from "./receipt-records.ts";
import { findKeptOperation, type InBackground, type Numbered, reconcileReceipts } from "./reconcile-receipts.ts";
import type { ReaderOf } from "./references.ts";
import type { Retention } from "./retention.ts";
import { writeLimits } from "./settle-receipt.ts";

export interface WithoutFootprintParts {
  readonly resources: readonly { readonly resource: BoundResource; readonly dialect: Dialect; readonly reader: ResourceReader }[];
  readonly readerOf: ReaderOf;
  readonly conflictsOf: (resource: BoundResource) => ConflictLog;
  readonly seal: BodySeal;
  readonly operationId: (place: ReceiptPlace, partner: string, keyHash: Uint8Array) => string;
  readonly retention: Retention;
  /** Bound of a connection and a statement together. */
  readonly statementBoundMs: number;
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  readonly passing: (point: WritePoint) => void;
}

export interface WithoutFootprint {
  runner(resource: string, environment: ReceiptPlace["environment"], records: ReceiptRecords): CommandRunner;
  findOperation(place: ReceiptPlace, keyHash: Uint8Array, partner: string, records: ReceiptRecords, run: InBackground): Promise<OperationState | undefined>;
  /** One bounded round at every such source, when it is due. Rejects with what failed, when all have had their turn. */
  round(records: ReceiptRecords, run: (place: ReceiptPlace) => InBackground): Promise<void>;
}

const everyMs = { reconcile: 2_000, expire: 60_000 } as const;
const expireLimit = 1_000;
const dayMs = 86_400_000;

export function withoutFootprint(parts: WithoutFootprintParts): WithoutFootprint {
  const { readerOf, conflictsOf, seal, retention, now, elapsedMs, passing } = parts;
  const limits = writeLimits(parts.statementBoundMs);
  const resources = parts.resources.filter(({ resource }) => resource.source.footprint === "none");
  const numbered = new Map<string, Numbered>();
  for (const { resource, reader } of resources) {
    const number = naturalKeyOf(resource, reader);
    if (number !== undefined) numbered.set(resource.contract.name, { resource, number });
  }
  const places = [...new Set(resources.map(({ resource }) => resource.source.name))].flatMap((source) =>
    (["live", "test"] as const).map((environment) => ({ source, environment })),
  );
  let reconcileAt = 0;
  let expireAt = 0;
  let busy = false;

  return {
    runner(name, environment, records) {
      const one = resources.find(({ resource }) => resource.contract.name === name);
      const number = numbered.get(name)?.number;
      if (one === undefined || number === undefined) throw new Error(`${name}: its binding names no naturalKey, so nothing can be written`);
      const { resource, dialect, reader } = one;
      const place = { source: resource.source.name, environment };
      return unreceiptedRunner({
        resource,
        environment,
        dialect,
        reader,
        number,
        readerOf,
        records,
        conflicts: conflictsOf(resource),
        seal,
        limits,
        operationId: (partner, keyHash) => parts.operationId(place, partner, keyHash),
        now,
        elapsedMs,
        passing,
      });
    },

    findOperation: (place, keyHash, partner, records, run) => findKeptOperation({ ...place, numbered, records, limits }, keyHash, partner, run),

    async round(records, run) {
      if (numbered.size === 0 || busy || elapsedMs() < reconcileAt) return;
      busy = true;
      reconcileAt = elapsedMs() + everyMs.reconcile;
      try {
        const rounds = await Promise.allSettled(places.map((place) => reconcileReceipts({ ...place, numbered, records, limits }, run(place))));
        if (elapsedMs() >= expireAt) {
          expireAt = elapsedMs() + everyMs.expire;
          await records.expire({ answers: retention.bodyDays * dayMs, receipts: retention.tombstoneDays * dayMs }, expireLimit);
        }
        for (const outcome of rounds) if (outcome.status === "rejected") throw outcome.reason;
      } finally {
        busy = false;
      }
    },
  };
}
