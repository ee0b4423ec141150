/** The fixed conditions of a binding. */

import type { WhereClause } from "../draft.ts";
import { camelCase, fieldName } from "../guess/public-names.ts";
import { questions } from "./answers.ts";
import type { Decisions } from "./decisions-file.ts";
import { comment, list, literal, property } from "./text.ts";
import { decided, type Writing } from "./writing.ts";

export function whereLines(writing: Writing, clauses: readonly WhereClause[], indent: string): readonly string[] {
  if (clauses.length === 0) return [];
  return [`${indent}where: {`, ...clauses.map((clause) => `${indent}  ${whereLine(writing, clause)}`), `${indent}},`];
}

function whereLine(writing: Writing, { column, condition, guess }: WhereClause): string {
  const mark = ` // GUESS ${comment(guess)}`;
  if (condition.kind === "equal") return `${property(column)}: ${literal(condition.value)},${mark}`;
  if (condition.kind === "not") {
    const [only, ...more] = condition.values;
    return `${property(column)}: { not: ${only !== undefined && more.length === 0 ? literal(only) : list(condition.values)} },${mark}`;
  }
  const among = condition.among.slice(0, 6).map(({ value, share }) => `${value === "" ? "blank" : value} (${share})`);
  const constant = decided(writing, companyConstant(column, writing.decisions), {
    about: comment(`The ${column} whose rows partners see.`),
    question: comment(`${column}, the company whose rows partners see: ${among.join(", ")}?`),
    answer: writing.answers.get(questions.company(column)),
  });
  return `${property(column)}: ${constant},`;
}

/** `company`, unless a column of another name has that already. */
function companyConstant(column: string, decisions: Decisions): string {
  const taken = decisions.get("company");
  return taken === undefined || taken.question.startsWith(`${column},`) ? "company" : camelCase(fieldName(column));
}
