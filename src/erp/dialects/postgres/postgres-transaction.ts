/** One transaction on a connection to Postgres: opened with its first statement, committed with its last ones. */

import type pg from "pg";
import type { ConnectionOptions } from "../connection.ts";
import { CommitUnknown, type Rows, type Statement, type WriteTransaction } from "../dialect.ts";
import { sourceUnavailable, type Trouble, troubleOf } from "../trouble.ts";
import type { Outcome } from "./postgres-batch.ts";
import { postgresTrouble, sqlStateOf } from "./postgres-errors.ts";
import { plain, settingsUntilEnd, writingTransactionOpening } from "./postgres-settings.ts";
import type { Send } from "./postgres-statements.ts";

export interface PostgresTransaction extends WriteTransaction {
  /** Rolls back what was not committed; answers whether the connection can be used again. */
  end(): Promise<boolean>;
}

/** What became of statements, and of how many: those that went ahead are among them. */
interface Asked extends Outcome {
  readonly ahead: number;
  readonly wasSent: boolean;
}

/** After these nobody knows what the connection will say next. */
const spoiling: ReadonlySet<Trouble> = new Set<Trouble>(["connection", "unanswered", "server-error", "stale-plan"]);

export function postgresTransaction(client: pg.PoolClient, send: Send, options: ConnectionOptions): PostgresTransaction {
  /** Commands that go ahead of the next statement, in the same batch. */
  let ahead: readonly Statement[] = writingTransactionOpening(options);
  let state: "unopened" | "open" | "ended" | "spoilt" = "unopened";

  const goesAhead = (...commands: readonly string[]): void => {
    ahead = [...ahead, ...commands.map(plain)];
  };

  function ask(statements: readonly Statement[], waitMs = 0, sent = (): void => undefined): Promise<Asked> {
    if (state === "ended" || state === "spoilt") throw new Error("the transaction has ended");
    state = "open";
    const before = ahead;
    ahead = [];
    return new Promise((resolve) => {
      let wasSent = false;
      send(client, [...before, ...statements], {
        waitMs,
        sent() {
          wasSent = true;
          sent();
        },
        done: (outcome) => resolve({ ...outcome, ahead: before.length, wasSent }),
      });
    });
  }

  /** What becomes of an error: trouble that passes, or what the database has to say. */
  function understood(error: unknown): unknown {
    const trouble = postgresTrouble(error);
    if (trouble === undefined) return error;
    if (spoiling.has(trouble)) state = "spoilt";
    return sourceUnavailable(trouble, error);
  }

  async function queryTogether(all: readonly Statement[], waitMs = 0): Promise<readonly Rows[]> {
    const { error, rows, ahead: before } = await ask(all, waitMs);
    if (error !== undefined) throw understood(error);
    return rows.slice(before);
  }

  async function query(statement: Statement): Promise<Rows> {
    return (await queryTogether([statement]))[0] ?? [];
  }

  return {
    query,
    queryTogether: (all) => queryTogether(all),

    async execute(statement) {
      const { error, tags } = await ask([statement]);
      if (error !== undefined) throw understood(error);
      return countOf(tags.at(-1));
    },

    async claim(lock, then, seconds = 0) {
      const key = new DataView(lock.buffer, lock.byteOffset).getBigInt64(0).toString();
      if (seconds === 0) {
        const [tried, ...rows] = await queryTogether([{ text: "SELECT pg_try_advisory_xact_lock($1)", values: [key] }, ...then]);
        return { locked: tried?.[0]?.[0] === true, rows };
      }
      // The wait has limits of its own, which returning to the savepoint takes back as well.
      const waitMs = seconds * 1000;
      goesAhead("SAVEPOINT sluice_claim");
      try {
        const [, , , ...rows] = await queryTogether(
          [
            limits(waitMs, waitMs + options.statementTimeoutMs),
            { text: "SELECT pg_advisory_xact_lock($1)", values: [key] },
            limits(options.lockTimeoutMs, options.statementTimeoutMs),
            ...then,
          ],
          waitMs,
        );
        return { locked: true, rows };
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        goesAhead("ROLLBACK TO SAVEPOINT sluice_claim");
        return { locked: false, rows: await queryTogether(then) };
      }
    },

    async save() {
      goesAhead("SAVEPOINT sluice_command");
    },
    async restore() {
      goesAhead("ROLLBACK TO SAVEPOINT sluice_command");
    },

    async commit(last = [], sent) {
      const asked = await ask([...last, plain("COMMIT")], 0, sent);
      const { error, tags } = asked;
      const before = asked.ahead + last.length;
      if (error === undefined) state = "ended";
      // Once the server has said so, it has: what becomes of the connection does not change that.
      if (tags[before] === "COMMIT") {
        if (error !== undefined) state = "spoilt";
        return;
      }
      // A transaction that has failed takes COMMIT for ROLLBACK, and says so in the tag alone.
      if (error === undefined) throw new Error("the transaction had failed before: it was rolled back");
      const problem = understood(error);
      if (await isUndone(error, asked, before)) throw problem;
      state = "spoilt";
      throw new CommitUnknown(error);
    },

    async end() {
      if (state === "open") await rollBack();
      return state !== "spoilt";
    },
  };

  /** Whether an error while COMMIT was on its way leaves no doubt that nothing of the transaction remains. `before`: how many statements went before COMMIT. */
  async function isUndone(error: unknown, { wasSent, tags }: Asked, before: number): Promise<boolean> {
    if (!wasSent) return true;
    const rolledBack = state !== "spoilt" && (await rollBack());
    // The database answers in order: one that refuses a statement before COMMIT, or dies of it, passes over COMMIT.
    if (sqlStateOf(error) !== undefined && tags.length < before) return true;
    // It may die of COMMIT after the commit. An error that it outlives came before.
    return rolledBack;
  }

  async function rollBack(): Promise<boolean> {
    const { error } = await ask([plain("ROLLBACK")]);
    state = error === undefined ? "ended" : "spoilt"; // the connection's end is the transaction's
    return error === undefined;
  }
}

/** Until the end of the transaction. */
function limits(lockTimeoutMs: number, statementTimeoutMs: number): Statement {
  return settingsUntilEnd({ lock_timeout: String(lockTimeoutMs), statement_timeout: String(statementTimeoutMs) });
}

function isLockTimeout(error: unknown): boolean {
  return troubleOf(error) === "locked";
}

/** Rows read or changed: `INSERT 0 1`, `UPDATE 3`. */
function countOf(tag = ""): number {
  return Number(/\d+$/.exec(tag)?.[0] ?? 0);
}
