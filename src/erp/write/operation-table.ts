/** Staged commands in the ERP's database: what was asked, the row that waits for the ERP, and how it ended. */

import type { SourceDeclaration } from "../binding/source.ts";
import { sql } from "../binding/sql.ts";
import type { Dialect, Rows, Statement } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { footprintName } from "./footprint-name.ts";

export type OperationEnd = "succeeded" | "failed" | "dead_letter";

export interface StoredOperation {
  readonly keyHash: Uint8Array;
  readonly partner: string;
  readonly resource: string;
  readonly command: string;
  /** The staged row's number. */
  readonly stagedKey: string;
  readonly state: "pending" | OperationEnd;
  /** Path of what it became. */
  readonly made: string | undefined;
  readonly refusal: { readonly code: string; readonly detail: string } | undefined;
  /** Milliseconds since the epoch, like the others. */
  readonly deadline: number;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
}

export interface OperationTable {
  insert(operation: Omit<StoredOperation, "state" | "made" | "refusal" | "endedAt">): Statement;
  find(keyHash: Uint8Array): Statement;
  /** Those that have not ended, longest unlooked-at first, locked for whoever looks. */
  open(limit: number): Statement;
  /** Ends an operation that is still pending. */
  end(keyHash: Uint8Array, state: OperationEnd, result: Pick<StoredOperation, "made" | "refusal">, at: number): Statement;
  /** Notes that it was looked at, and is still waiting. */
  looked(keyHash: Uint8Array, at: number): Statement;
  read(row: Rows[number]): StoredOperation;
}

/** Times are kept as milliseconds since the epoch: no database has its own opinion of those. */
export function operationTable(source: SourceDeclaration, dialect: Dialect): OperationTable {
  const table = footprintName(source, "operation");
  const columns = sql`key_hash, partner, resource, command, staged_key, state, result, deadline_ms, created_ms, ended_ms`;
  return {
    insert: ({ keyHash, partner, resource, command, stagedKey, deadline, createdAt }) =>
      write(
        sql`INSERT INTO ${table} (key_hash, partner, resource, command, staged_key, state, deadline_ms, created_ms, looked_ms)
            VALUES (${keyHash}, ${partner}, ${resource}, ${command}, ${stagedKey}, 'pending', ${deadline}, ${createdAt}, ${createdAt})`,
        dialect,
      ),
    find: (keyHash) => write(sql`SELECT ${columns} FROM ${table} WHERE key_hash = ${keyHash}`, dialect),
    open: (limit) => write(sql`SELECT ${columns} FROM ${table} WHERE state = 'pending' ORDER BY looked_ms LIMIT ${limit} FOR UPDATE SKIP LOCKED`, dialect),
    end: (keyHash, state, { made, refusal }, at) =>
      write(
        sql`UPDATE ${table} SET state = ${state}, result = ${JSON.stringify({ made, refusal })}, ended_ms = ${at}, looked_ms = ${at}
            WHERE key_hash = ${keyHash} AND state = 'pending'`,
        dialect,
      ),
    looked: (keyHash, at) => write(sql`UPDATE ${table} SET looked_ms = ${at} WHERE key_hash = ${keyHash} AND state = 'pending'`, dialect),
    read: readOperation,
  };
}

function readOperation(row: Rows[number]): StoredOperation {
  const [keyHash, partner, resource, command, stagedKey, state, result, deadline, createdAt, endedAt] = row;
  const ended = resultOf(result);
  return {
    keyHash: keyHash as Uint8Array, // as the table's column is declared, like those below
    partner: String(partner),
    resource: String(resource),
    command: String(command),
    stagedKey: String(stagedKey),
    state: String(state) as StoredOperation["state"],
    made: ended.made,
    refusal: ended.refusal,
    deadline: Number(deadline),
    createdAt: Number(createdAt),
    endedAt: endedAt === null ? undefined : Number(endedAt),
  };
}

function resultOf(text: unknown): Pick<StoredOperation, "made" | "refusal"> {
  const parsed: unknown = typeof text === "string" ? JSON.parse(text) : {};
  return parsed as Pick<StoredOperation, "made" | "refusal">; // written by `end`, with members left out for undefined
}
