/** Sends statements to MariaDB or MySQL through the driver, and hands back rows and counts in one known form. */

import type mysql from "mysql2/promise";
import { type ConnectionOptions, graceMs } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { isTooManyPrepared, unanswered } from "./mariadb-errors.ts";

export interface Answer {
  /** Of a procedure that answers several sets of rows, the first. */
  readonly rows: Rows;
  /** Rows read, or found to be changed. */
  readonly count: number;
}

export interface Statements {
  ask(connection: mysql.PoolConnection, statement: Statement): Promise<Answer>;
  /** Several statements in one round trip, up to the first that fails. Answers each set of rows. MariaDB only. */
  block(connection: mysql.PoolConnection, statements: readonly Statement[]): Promise<readonly Rows[]>;
  command(connection: mysql.PoolConnection, text: string): Promise<void>;
  /** Waits as long as a statement may take, and `more`. */
  within<T>(work: Promise<T>, moreMs?: number): Promise<T>;
}

/** `FieldPacket.columnType` of BIT(n). */
const bitColumn = 16;

type Sent = string | number | Buffer | boolean | null;
/** What the driver's types leave out: several sets of rows, and the header of a statement without any. */
type Result = Rows | mysql.ResultSetHeader;
type Fields = readonly (mysql.FieldPacket | readonly mysql.FieldPacket[] | undefined)[] | undefined;

export function mariadbStatements({ prepare, statementTimeoutMs }: Pick<ConnectionOptions, "prepare" | "statementTimeoutMs">): Statements {
  async function send(connection: mysql.PoolConnection, { text, values, unprepared }: Statement): Promise<[Result, Fields]> {
    if (prepare && !unprepared) {
      try {
        return await connection.execute<mysql.RowDataPacket[][]>(text, values.map(preparedValue));
      } catch (error) {
        if (!isTooManyPrepared(error)) throw error; // else other clients hold them all: this statement goes without
      }
    }
    return connection.query<mysql.RowDataPacket[][]>(text, values.map(plainValue));
  }

  return {
    async ask(connection, statement) {
      const [result, fields] = await send(connection, statement);
      return { rows: setsOf(result, fields)[0] ?? [], count: countOf(result) };
    },
    async block(connection, statements) {
      const text = `BEGIN NOT ATOMIC ${statements.map((statement) => `${statement.text};`).join(" ")} END`;
      const values = statements.flatMap((statement) => statement.values.map(plainValue));
      return setsOf(...(await connection.query<mysql.RowDataPacket[][]>(text, values)));
    },
    async command(connection, text) {
      await connection.query(text);
    },
    /** The driver's own timeout does not cover preparing, and a server that is stopped answers nothing at all. */
    async within(work, moreMs = 0) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(unanswered)), statementTimeoutMs + graceMs + moreMs);
      });
      try {
        return await Promise.race([work, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** A single result is an array of rows or the header of a change; several are an array of those, with as many lists of columns. */
function setsOf(result: Result, fields: Fields): readonly Rows[] {
  if (!Array.isArray(result)) return [];
  if (!fields?.some((of) => of === undefined || Array.isArray(of))) return [rowsOf(result, (fields ?? []) as readonly mysql.FieldPacket[])]; // as just seen
  return result.flatMap((set, index) => {
    const columns = fields[index];
    return Array.isArray(columns) ? [rowsOf(set as Rows, columns)] : []; // a list of columns says that rows come with it
  });
}

function countOf(result: Result): number {
  const last: unknown = Array.isArray(result) ? result.at(-1) : result;
  if (typeof last === "object" && last !== null && "affectedRows" in last) return Number(last.affectedRows);
  return Array.isArray(result) ? result.length : 0;
}

function rowsOf(rows: Rows, fields: readonly mysql.FieldPacket[]): Rows {
  const bits = fields.flatMap((field, index) => (field.columnType === bitColumn ? [index] : []));
  return bits.length === 0 ? rows : rows.map((row) => row.map((value: unknown, index) => (bits.includes(index) ? bitValue(value) : value)));
}

/** In a prepared statement numbers go as text: as doubles, LIMIT and large integers would not take them. */
function preparedValue(value: Statement["values"][number]): Sent {
  return typeof value === "number" ? String(value) : plainValue(value);
}

function plainValue(value: Statement["values"][number]): Sent {
  if (value === null || typeof value === "boolean" || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new Error("MariaDB takes no list as one parameter");
}

/** BIT(n) comes as bytes; like any integer it is a number, or text beyond what a double holds. */
function bitValue(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  const whole = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : String(whole);
}
