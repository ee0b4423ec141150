/** What the steps of a scan share: what they are given, and what comes of one. */

import type { Captured } from "#contract/captured.ts";
import type { Catalog, ErpDatabase } from "../dialects/dialect.ts";
import type { DriftNote } from "../read/reader.ts";
import type { ScanPlan } from "./scan-plan.ts";
import type { ScanCaller, ScanReader } from "./scan-reader.ts";
import type { Finding, ScanPlace, ScanRecords, ScanState } from "./scan-records.ts";
import { findingKey } from "./scan-records.ts";

/** Work at the source that nobody waits for, when its turn comes. */
export type AtSource = <T>(work: (database: ErpDatabase, catalog: Catalog) => Promise<T>) => Promise<T>;

/** Those of the things of which the queue of triggers holds a change now. */
export type PendingChanges = (caller: Pick<ScanCaller, "database" | "catalog">, resource: string, ids: readonly string[]) => Promise<ReadonlySet<string>>;

export interface ScanSays {
  /** A value in the ERP does not fit its binding. */
  readonly drift: (note: DriftNote) => void;
  /** So many things are missing that nothing is said of them. */
  readonly held: (about: { readonly resource: string; readonly missing: number; readonly known: number }) => void;
}

export interface ScanContext {
  readonly place: ScanPlace;
  readonly plan: ScanPlan;
  readonly reader: ScanReader;
  readonly records: ScanRecords;
  /** Looks at the source. */
  readonly look: <T>(use: (caller: ScanCaller) => Promise<T>) => Promise<T>;
  /** Undefined: there are no triggers. */
  readonly pending: PendingChanges | undefined;
  /** Things that were left to the queue, and how often: looked at once more as soon as it was read. */
  readonly left: Map<string, number>;
  /** A thing is gone when it has been missing for that long. */
  readonly goneAfterMs: number;
  readonly now: () => number;
  readonly say: ScanSays;
}

export interface ScanStepResult {
  /** Rows that were read, or asked for. */
  readonly took: number;
  readonly captured: readonly Captured[];
  /** Makes the step done. Without differences that has happened already. */
  recorded(): Promise<void>;
}

/** A step of the pass that `state` tells of. Undefined: it has to wait, while others need not. */
export type Step = (context: ScanContext, state: ScanState, limit: number) => Promise<ScanStepResult | undefined>;

/** A difference, before it is known what it is called. */
export type Difference = Omit<Captured, "key" | "resource" | "at" | "origin"> & Pick<Finding, "digest">;

/** Notes the differences, and hands them out: `advance` is done when they are recorded, or at once where there are none. */
export async function handOut(
  { place, plan, records, now }: ScanContext,
  took: number,
  differences: readonly Difference[],
  advance: () => Promise<void>,
): Promise<ScanStepResult> {
  const resource = plan.resource.contract.name;
  const names = await records.found(
    place,
    resource,
    differences.map(({ id, digest, accounts }) => ({ id, digest, accounts: digest === undefined ? undefined : accounts })),
  );
  const at = now();
  const captured = differences.flatMap(({ digest: _, ...difference }): readonly Captured[] => {
    const name = names.get(difference.id);
    return name === undefined ? [] : [{ ...difference, key: findingKey(name), resource, at, origin: "scan" }];
  });
  const recorded = async (): Promise<void> => {
    if (names.size > 0) await records.recorded(place, [...names.values()]);
    await advance();
  };
  if (captured.length === 0) await recorded();
  return { took, captured, recorded: captured.length === 0 ? async () => undefined : recorded };
}

/** Those that the queue of triggers says nothing of. */
export async function withoutPending({ look, pending, plan }: ScanContext, ids: readonly string[]): Promise<readonly string[]> {
  if (pending === undefined || ids.length === 0) return ids;
  const waiting = await look((caller) => pending(caller, plan.resource.contract.name, ids));
  return ids.filter((id) => !waiting.has(id));
}
