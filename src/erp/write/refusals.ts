/** What the ERP refuses, in the contract's words. */

import type { Refusal } from "./command.ts";

/** Ends a command: the ERP's business rules do not allow it. What it did is undone, and the answer is kept. */
export class CommandRefused extends Error {
  /** One of the contract's `refusals`. */
  readonly code: string;
  /** For the partner; without it, what the contract says of the code. */
  readonly detail: string | undefined;
  /** The input's member that is to blame. */
  readonly pointer: string | undefined;

  constructor(code: string, detail?: string, pointer?: string) {
    super(`the ERP refused: ${code}`);
    this.name = "CommandRefused";
    this.code = code;
    this.detail = detail;
    this.pointer = pointer;
  }
}

/** How an ERP said no: by an error of its database, or by a number that a routine or a staged row answers with. */
export interface SaidNo {
  readonly sqlstate?: string;
  readonly message?: string;
  readonly status?: number | string;
}

/** The first of the binding's refusals of which all that is named matches; one that names nothing matches nothing. */
export function refusalOf(refusals: readonly Refusal[], said: SaidNo): Refusal | undefined {
  return refusals.find(
    ({ sqlstate, message, status }) =>
      (sqlstate !== undefined || message !== undefined || status !== undefined) &&
      (sqlstate === undefined || sqlstate === said.sqlstate) &&
      (message === undefined || (said.message !== undefined && said.message.search(message) >= 0)) &&
      (status === undefined || (said.status !== undefined && String(status) === String(said.status).trim())),
  );
}
