/** Sends statements to Postgres in batches: under names where they may be prepared, and with a clock of our own. */

import { createHash } from "node:crypto";
import type pg from "pg";
import { type ConnectionOptions, graceMs } from "../connection.ts";
import type { Statement } from "../dialect.ts";
import { Batch, type BatchParts, type PreparedHere } from "./postgres-batch.ts";

interface Sending extends Pick<BatchParts, "done" | "sent"> {
  /** How much longer than a statement may take all this may. */
  readonly waitMs?: number;
}

/** In callbacks: a single read would pay for promises around its connection more than for its rows. */
export type Send = (client: pg.PoolClient, statements: readonly Statement[], sending: Sending) => void;

/** Past this many different statements no more are prepared: each one costs the server memory on every connection. */
const maxPrepared = 500;

export function statementSender({ prepare, statementTimeoutMs }: Pick<ConnectionOptions, "prepare" | "statementTimeoutMs">): Send {
  const names = new Map<string, string>();
  const preparedOn = new WeakMap<pg.PoolClient, PreparedHere>();

  const nameOf = ({ text, unprepared }: Statement): string => {
    if (!prepare || unprepared) return "";
    const known = names.get(text);
    if (known !== undefined || names.size >= maxPrepared) return known ?? "";
    const name = `sluice_${createHash("sha256").update(text).digest("base64url").slice(0, 20)}`;
    names.set(text, name);
    return name;
  };

  return (client, statements, { waitMs = 0, sent, done }) => {
    const prepared = preparedOn.get(client) ?? new Map();
    preparedOn.set(client, prepared);
    client.query(new Batch({ statements, names: statements.map(nameOf), prepared, timeoutMs: statementTimeoutMs + graceMs + waitMs, sent, done }));
  };
}
