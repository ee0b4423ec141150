/** A binding while it is written: what it imports, what it asks, what it decides for the whole ERP. */

import type { TableDraft } from "../draft.ts";
import type { Answers } from "./answers.ts";
import type { Decision, Decisions } from "./decisions-file.ts";
import { comment } from "./text.ts";

/** What the project's `erp/source.ts` exports. */
export interface SourceExports {
  /** The source itself. */
  readonly source: string;
  /** Strings it exports, by name: a time zone, a company. */
  readonly constants: ReadonlyMap<string, string>;
}

export interface Writing {
  readonly draft: TableDraft;
  readonly answers: Answers;
  readonly exports: SourceExports;
  /** Names imported from the engine and from `erp/source.ts`. */
  readonly engine: Set<string>;
  readonly fromSource: Set<string>;
  readonly fromDecisions: Set<string>;
  readonly decisions: Decisions;
}

export function undecided({ engine }: Writing, question: string): string {
  engine.add("undecided");
  return `undecided(${JSON.stringify(comment(question))})`;
}

/** A constant for all resources: the one that `erp/source.ts` has, or one of `erp/decisions.ts`. */
export function decided({ exports, fromSource, fromDecisions, decisions }: Writing, name: string, decision: Decision): string {
  if (exports.constants.has(name)) fromSource.add(name);
  else {
    fromDecisions.add(name);
    if (!decisions.has(name)) decisions.set(name, decision);
  }
  return name;
}
