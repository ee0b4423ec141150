/** One transaction on a connection to Postgres: opened with its first statement, committed with its last ones. */

import type pg from "pg";
import type { ConnectionOptions } from "../connection.ts";
import { CommitUnknown, type Statement, type WriteTransaction } from "../dialect.ts";
import { sourceUnavailable, type Trouble, troubleOf } from "../trouble.ts";
import { postgresTrouble, sqlStateOf } from "./postgres-errors.ts";
import { writingTransactionOpening } from "./postgres-settings.ts";
import type { Answer, Statements } from "./postgres-statements.ts";

export interface PostgresTransaction extends WriteTransaction {
  /** Rolls back what was not committed; answers whether the connection can be used again. */
  end(): Promise<boolean>;
}

/** After these nobody knows what the connection will say next. */
const spoiling: ReadonlySet<Trouble> = new Set<Trouble>(["connection", "unanswered", "server-error", "stale-plan"]);

export function postgresTransaction(client: pg.PoolClient, statements: Statements, options: ConnectionOptions): PostgresTransaction {
  /** Commands that go ahead of the next statement, in the same packet. */
  let ahead: string[] = [writingTransactionOpening(options)];
  let state: "unopened" | "open" | "ended" | "spoilt" = "unopened";

  /** Everything in one write; a connection of Workers cannot be corked. */
  function together<T>(send: () => T): T {
    const { stream } = client.connection;
    stream.cork?.();
    try {
      return send();
    } finally {
      stream.uncork?.();
    }
  }

  function send(all: readonly Statement[], waitMs = 0): readonly [ahead: Promise<unknown>, ...answers: Promise<Answer>[]] {
    if (state === "ended" || state === "spoilt") throw new Error("the transaction has ended");
    state = "open";
    const opening = ahead.length === 0 ? Promise.resolve() : statements.command(client, ahead.join("; "));
    ahead = [];
    return [opening, ...all.map((statement) => statements.ask(client, statement, waitMs))];
  }

  /** What becomes of an error: trouble that passes, or what the database has to say. */
  function understood(error: unknown): unknown {
    const trouble = postgresTrouble(error);
    if (trouble === undefined) return error;
    if (spoiling.has(trouble)) state = "spoilt";
    return sourceUnavailable(trouble, error);
  }

  /** The first failure is the cause: all behind it fails because the transaction has. */
  async function answersOf(all: readonly Statement[], waitMs = 0): Promise<readonly Answer[]> {
    const [opened, ...settled] = await Promise.allSettled(together(() => send(all, waitMs)));
    if (opened.status === "rejected") throw understood(opened.reason);
    return settled.map((result) => {
      if (result.status === "rejected") throw understood(result.reason);
      return result.value;
    });
  }

  async function answerOf(statement: Statement): Promise<Answer> {
    const [answer] = await answersOf([statement]);
    if (answer === undefined) throw new Error("a statement without an answer");
    return answer;
  }

  return {
    query: async (statement) => (await answerOf(statement)).rows,
    queryTogether: async (all) => (await answersOf(all)).map(({ rows }) => rows),
    execute: async (statement) => (await answerOf(statement)).count,

    async claim(lock, then, seconds = 0) {
      const key = new DataView(lock.buffer, lock.byteOffset).getBigInt64(0).toString();
      if (seconds === 0) {
        const [tried, found] = await answersOf([{ text: "SELECT pg_try_advisory_xact_lock($1)", values: [key] }, then]);
        return { locked: tried?.rows[0]?.[0] === true, rows: found?.rows ?? [] };
      }
      // The wait has limits of its own, which returning to the savepoint takes back as well.
      const waitMs = seconds * 1000;
      ahead.push("SAVEPOINT sluice_claim");
      try {
        const [, , , found] = await answersOf(
          [
            limits(waitMs, waitMs + options.statementTimeoutMs),
            { text: "SELECT pg_advisory_xact_lock($1)", values: [key] },
            limits(options.lockTimeoutMs, options.statementTimeoutMs),
            then,
          ],
          waitMs,
        );
        return { locked: true, rows: found?.rows ?? [] };
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        ahead.push("ROLLBACK TO SAVEPOINT sluice_claim");
        return { locked: false, rows: (await answerOf(then)).rows };
      }
    },

    async save() {
      ahead.push("SAVEPOINT sluice_command");
    },
    async restore() {
      ahead.push("ROLLBACK TO SAVEPOINT sluice_command");
    },

    async commit(last = [], sent = () => undefined) {
      const asked = together(() => {
        const answers = send(last);
        return { answers, commit: statements.command(client, "COMMIT") };
      });
      sent();
      const [committed, ...settled] = await Promise.allSettled([asked.commit, ...asked.answers]);
      const failed = settled.find((result) => result.status === "rejected");
      if (committed.status === "fulfilled") {
        state = "ended";
        if (committed.value === "COMMIT") return;
        // A transaction that has failed takes COMMIT for ROLLBACK, and says so in the tag alone.
        throw failed === undefined ? new Error("the transaction had failed before: it was rolled back") : understood(failed.reason);
      }
      const error: unknown = (failed ?? committed).reason;
      const problem = understood(error);
      if (await isUndone(error, failed !== undefined)) throw problem;
      state = "spoilt";
      throw new CommitUnknown(error);
    },

    async end() {
      if (state === "open") await rollBack();
      return state !== "spoilt";
    },
  };

  /** Whether an error while COMMIT was on its way leaves no doubt that nothing of the transaction remains. */
  async function isUndone(error: unknown, ofStatement: boolean): Promise<boolean> {
    if (error instanceof Error && /not queryable/.test(error.message)) return true; // the driver has sent nothing
    // The database answers in order: one that refuses a statement before COMMIT, or dies of it, has not come to COMMIT.
    if (ofStatement && sqlStateOf(error) !== undefined) return true;
    // It may die of COMMIT after the commit. An error that it outlives came before.
    return state !== "spoilt" && (await rollBack());
  }

  async function rollBack(): Promise<boolean> {
    try {
      await statements.command(client, "ROLLBACK");
      state = "ended";
      return true;
    } catch {
      state = "spoilt"; // the connection's end is the transaction's
      return false;
    }
  }
}

/** Until the end of the transaction. */
function limits(lockTimeoutMs: number, statementTimeoutMs: number): Statement {
  return {
    text: "SELECT set_config('lock_timeout', $1, TRUE), set_config('statement_timeout', $2, TRUE)",
    values: [String(lockTimeoutMs), String(statementTimeoutMs)],
  };
}

function isLockTimeout(error: unknown): boolean {
  return troubleOf(error) === "locked";
}
