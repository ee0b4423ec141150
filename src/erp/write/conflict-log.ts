/** What a write notes besides its effect: conflicts, and what partners last wrote to fields of their own. */

import type { CommandCall } from "#contract/command-call.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect, Statement } from "../dialects/dialect.ts";
import type { Found } from "../read/reader.ts";
import type { Conflict } from "./merge.ts";
import type { BodySeal } from "./receipt.ts";

export interface Noted {
  readonly call: CommandCall;
  readonly id: string;
  readonly conflicts: readonly Conflict[];
  /** The thing as it stands after the write; undefined where nothing was written. */
  readonly after: Found | undefined;
}

export interface ConflictLog {
  /** Statements of the write's own transaction. */
  statements(noted: Noted): readonly Statement[];
}

export function conflictLog(_resource: BoundResource, _dialect: Dialect, _seal: BodySeal): ConflictLog {
  return { statements: () => [] };
}
