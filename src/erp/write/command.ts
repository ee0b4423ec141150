/** What the implementation of a command is given and may answer. */

/** The open transaction on the ERP. Shapes of rows are those of the source's tables. */
export interface ErpTransaction<Rows> {
  insert<T extends keyof Rows & string>(table: T, row: Partial<Rows[T]>): Promise<void>;
  update<T extends keyof Rows & string>(table: T, key: Partial<Rows[T]>, row: Partial<Rows[T]>): Promise<number>;
  /** Calls a stored procedure or function with named or positional arguments. */
  call(routine: string, args: Readonly<Record<string, unknown>> | readonly unknown[]): Promise<unknown>;
  /** Writes to the ERP's import table; the command ends when the ERP has picked the row up. */
  stage<T extends keyof Rows & string>(table: T, row: Partial<Rows[T]>): Promise<void>;
}

export interface Caller {
  readonly partner: string;
  readonly accounts: readonly string[];
}

export type CommandImplementation<Rows, Input> = (erp: ErpTransaction<Rows>, input: Input, caller: Caller, id: string) => Promise<unknown>;
