/** What did not end with its request: found by its id, and followed until the ERP has dealt with it. */

import type { OperationState } from "#contract/command-call.ts";
import { operationsOf } from "#contract/operations.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Dialect, ErpDatabase } from "../dialects/dialect.ts";
import { operationTable, type StoredOperation } from "./operation-table.ts";
import type { BodySeal } from "./receipt.ts";
import type { ReceiptTable } from "./receipt-table.ts";
import { stagedEnd } from "./stage.ts";

export interface OperationParts {
  readonly database: ErpDatabase;
  readonly dialect: Dialect;
  readonly source: SourceDeclaration;
  /** Those of the source. */
  readonly resources: readonly BoundResource[];
  readonly receipts: ReceiptTable;
  readonly seal: BodySeal;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * How far it is, for the partner that began it: a staged row as it stands now, or else what the receipt tells. Without a
 * receipt, its lock says whether the transaction may still be underway. `partner` was proven by the id.
 */
export async function findOperation(parts: OperationParts, keyHash: Uint8Array, partner: string): Promise<OperationState | undefined> {
  const { database, dialect, source, receipts, seal } = parts;
  const table = operationTable(source, dialect);
  const [row] = await database.query(table.find(keyHash));
  const stored = row === undefined ? undefined : table.read(row);
  if (stored !== undefined) return stored.partner === partner ? stateOf(parts, stored, await ended(parts, stored)) : undefined;
  if (database.transact === undefined) throw new Error(`${source.name}: this handle is for reading only`);
  return database.transact(async (transaction) => {
    const { locked, rows } = await transaction.claim(keyHash, [receipts.lookup(keyHash)]);
    const receipt = receipts.read(rows[0] ?? [], keyHash, seal);
    const known = { command: undefined, createdAt: undefined, endedAt: undefined, made: receipt?.made, refusal: undefined };
    if (receipt === undefined) return { ...known, status: locked ? ("not_performed" as const) : ("unknown" as const) };
    if (receipt.partner !== partner) return undefined;
    return { ...known, status: receipt.answer !== undefined && receipt.answer.status >= 400 ? ("failed" as const) : ("succeeded" as const) };
  });
}

type End = NonNullable<Awaited<ReturnType<typeof stagedEnd>>>;

/** Looks at the staged row of one that is pending. */
async function ended({ database, dialect, resources, now }: OperationParts, stored: StoredOperation): Promise<End | undefined> {
  const resource = resources.find(({ contract }) => contract.name === stored.resource);
  return stored.state !== "pending" || resource === undefined ? undefined : stagedEnd({ resource, dialect, now }, database, stored);
}

function stateOf({ resources, now }: OperationParts, stored: StoredOperation, end: End | undefined): OperationState {
  const resource = resources.find(({ contract }) => contract.name === stored.resource);
  const operation = resource && operationsOf(resource.contract).find((one) => one.kind === "command" && one.command === stored.command);
  const endedAt = end === undefined ? stored.endedAt : now;
  return {
    status: end?.state ?? stored.state,
    command: operation?.id,
    createdAt: new Date(stored.createdAt),
    endedAt: endedAt === undefined ? undefined : new Date(endedAt),
    made: end === undefined ? stored.made : end.result.made,
    refusal: end === undefined ? stored.refusal : end.result.refusal,
  };
}

export interface Followed {
  readonly looked: number;
  /** Those that were given up on: for a person to look at. */
  readonly deadLetters: readonly StoredOperation[];
}

/** One bounded round: looks at operations that have not ended, and writes down how they did. */
export async function followOperations(parts: OperationParts, limit: number): Promise<Followed> {
  const { database, dialect, source, now } = parts;
  if (database.transact === undefined) throw new Error(`${source.name}: this handle is for reading only`);
  const table = operationTable(source, dialect);
  return database.transact(async (transaction) => {
    const open = (await transaction.query(table.open(limit))).map(table.read);
    const deadLetters: StoredOperation[] = [];
    for (const stored of open) {
      const end = await ended({ ...parts, database: transaction }, stored);
      await transaction.execute(end === undefined ? table.looked(stored.keyHash, now) : table.end(stored.keyHash, end.state, end.result, now));
      if (end?.state === "dead_letter") deadLetters.push(stored);
    }
    await transaction.commit();
    return { looked: open.length, deadLetters };
  });
}
