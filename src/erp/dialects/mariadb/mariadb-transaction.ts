/** One transaction on a connection to MariaDB or MySQL, in as few round trips as the server can be had in. */

import type mysql from "mysql2/promise";
import type { ConnectionOptions } from "../connection.ts";
import { CommitUnknown, type Statement, type WriteTransaction } from "../dialect.ts";
import { sourceUnavailable, type Trouble, troubleOf } from "../trouble.ts";
import { isNeverSent, mariadbTrouble } from "./mariadb-errors.ts";
import type { Answer, Statements } from "./mariadb-statements.ts";
import { writingTransactionOpening } from "./session.ts";

export interface MariadbTransaction extends WriteTransaction {
  /** Rolls back what was not committed, and gives up the locks; answers whether the connection can be used again. */
  end(): Promise<boolean>;
}

export interface TransactionOptions extends Pick<ConnectionOptions, "pooledByTransaction" | "statementTimeoutMs" | "lockTimeoutMs"> {
  /** Whether the server runs several statements as a block: MariaDB does, MySQL does not. */
  readonly blocks: boolean;
}

/** After these nobody knows what the connection will say next. */
const spoiling: ReadonlySet<Trouble> = new Set<Trouble>(["connection", "unanswered", "server-error"]);

export function mariadbTransaction(connection: mysql.PoolConnection, statements: Statements, options: TransactionOptions): MariadbTransaction {
  let state: "unopened" | "open" | "ended" | "spoilt" = "unopened";
  const locks: string[] = [];

  /** What becomes of an error: trouble that passes, or what the database has to say. */
  function understood(error: unknown): unknown {
    const trouble = mariadbTrouble(error);
    if (trouble === undefined) return error;
    if (spoiling.has(trouble)) state = "spoilt";
    return sourceUnavailable(trouble, error);
  }

  async function trying<T>(work: () => Promise<T>, moreMs = 0): Promise<T> {
    if (state === "ended" || state === "spoilt") throw new Error("the transaction has ended");
    try {
      return await statements.within(work(), moreMs);
    } catch (error) {
      throw understood(error);
    }
  }

  async function open(): Promise<void> {
    if (state !== "unopened") return;
    state = "open";
    for (const text of writingTransactionOpening(options)) await statements.command(connection, text);
  }

  const ask = (statement: Statement, waitMs = 0): Promise<Answer> =>
    trying(async () => {
      await open();
      return statements.ask(connection, statement);
    }, waitMs);

  /** The lock is the session's; taken before the statement that has to see what its last holder did. */
  async function take(
    name: string,
    then: readonly Statement[],
    seconds: number,
  ): Promise<{ readonly locked: boolean; readonly rows: readonly Answer["rows"][] }> {
    if (options.blocks && seconds === 0) {
      const opening = state === "unopened" ? writingTransactionOpening(options) : [];
      const [taken, ...rows] = await trying(() => {
        state = "open";
        return statements.block(connection, [...opening.map(plain), getLock(name, 0, 0), ...then]);
      });
      return { locked: Number(taken?.[0]?.[0]) === 1, rows };
    }
    const waitMs = seconds * 1000;
    const taken = await ask(getLock(name, seconds, waitMs + options.statementTimeoutMs), waitMs);
    const rows: Answer["rows"][] = [];
    for (const statement of then) rows.push((await ask(statement)).rows);
    return { locked: Number(taken.rows[0]?.[0]) === 1, rows };
  }

  /** Behind a pooler the session is another client's as soon as the transaction is over: then its locks go first. */
  const releasing = (): readonly Statement[] => locks.map((name) => ({ text: "DO RELEASE_LOCK(?)", values: [name], unprepared: true }));

  return {
    query: async (statement) => (await ask(statement)).rows,
    execute: async (statement) => (await ask(statement)).count,

    async claim(lock, then, seconds = 0) {
      const name = `sluice:${Buffer.from(lock).toString("hex")}`;
      locks.push(name); // whether it is taken may remain unknown; to release another's does nothing
      return take(name, then, seconds);
    },

    async save() {
      await ask(plain("SAVEPOINT sluice_command"));
    },
    async restore() {
      await ask(plain("ROLLBACK TO SAVEPOINT sluice_command"));
    },

    async commit(last = [], sent = () => undefined) {
      const ahead = options.pooledByTransaction ? [...last, ...releasing()] : last;
      if (options.blocks && ahead.length > 0) {
        await trying(open);
        await committed(() => statements.block(connection, [...ahead, plain("COMMIT")]), sent);
      } else {
        for (const statement of ahead) await ask(statement);
        await trying(open);
        await committed(() => statements.command(connection, "COMMIT"), sent);
      }
      if (options.pooledByTransaction) locks.length = 0;
    },

    async end() {
      if (state === "open" || (state !== "spoilt" && locks.length > 0)) await leave();
      return state !== "spoilt";
    },
  };

  async function committed(work: () => Promise<unknown>, sent: () => void): Promise<void> {
    try {
      const answer = statements.within(work());
      sent();
      await answer;
      state = "ended";
    } catch (error) {
      const problem = understood(error);
      if (await isUndone(error, problem)) throw problem;
      state = "spoilt";
      throw new CommitUnknown(error);
    }
  }

  /** Whether an error while COMMIT was on its way leaves no doubt that nothing of the transaction remains. */
  async function isUndone(error: unknown, problem: unknown): Promise<boolean> {
    if (isNeverSent(error)) return true;
    const trouble = troubleOf(problem);
    if (trouble === "locked") return true; // the transaction was another one's victim, or is still open
    if (state === "spoilt" || !options.blocks) return false;
    // A block ends at the statement that fails: with the transaction still open, that was none of COMMIT's doing.
    const open = await statements.within(statements.ask(connection, plain("SELECT @@in_transaction"))).catch(() => undefined);
    return Number(open?.rows[0]?.[0]) === 1;
  }

  async function leave(): Promise<void> {
    const back = state === "open" ? [plain("ROLLBACK")] : [];
    const steps = options.pooledByTransaction ? [...releasing(), ...back] : [...back, ...releasing()];
    try {
      if (options.blocks && steps.length > 1) await statements.within(statements.block(connection, steps));
      else for (const step of steps) await statements.within(statements.ask(connection, step));
      state = "ended";
      locks.length = 0;
    } catch {
      state = "spoilt"; // the connection's end is that of the transaction and of its locks
    }
  }
}

function plain(text: string): Statement {
  return { text, values: [], unprepared: true };
}

/** The wait may take longer than other statements; MariaDB and MySQL have different words for that. */
function getLock(name: string, seconds: number, limitMs: number): Statement {
  const limited =
    seconds === 0 ? "SELECT" : `/*M!100101 SET STATEMENT max_statement_time = ${limitMs / 1000} FOR */ SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */`;
  return { text: `${limited} GET_LOCK(?, ?)`, values: [name, seconds], unprepared: true };
}
