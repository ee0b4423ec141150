/** What people answered before the files are written, and the names of the questions. */

/** By question. An answer that is missing leaves its question in the draft. */
export type Answers = ReadonlyMap<string, string>;

export const noAnswers: Answers = new Map();

export const questions = {
  /** A column; `shared or own: <column>`, where blank ones are everyone's; or `shared: <why>`. */
  account: (resource: string) => `account ${resource}`,
  /** Columns, separated by commas. */
  key: (resource: string) => `key ${resource}`,
  /** One of the column's values. */
  company: (column: string) => `company ${column}`,
  /** An IANA zone. */
  zone: "zone",
  /** A public word. */
  word: (table: string, column: string, code: string) => `word ${table}.${column} ${code}`,
  /** `yes`: the guess is right. `plain`: the column as it is. `out`: not shown. */
  guess: (table: string, column: string) => `guess ${table}.${column}`,
  /** `yes` or `out`. */
  lines: (parent: string, table: string) => `lines ${parent} ${table}`,
} as const;
