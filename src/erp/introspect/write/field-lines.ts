/** The lines of fields and of child rows in a binding. */

import type { DraftField, DraftLines } from "../draft.ts";
import { percentage } from "../values.ts";
import { questions } from "./answers.ts";
import { written } from "./conversion-call.ts";
import { comment, list, literal, property } from "./text.ts";
import { whereLines } from "./where-lines.ts";
import { undecided, type Writing } from "./writing.ts";

export function fieldLines(writing: Writing, field: DraftField, within: string, indent: string): readonly string[] {
  const { draft, answers, engine } = writing;
  const notes = [...(field.guess === undefined ? [] : [`GUESS ${field.guess}`]), ...(field.remark === undefined ? [] : [field.remark])];
  const note = comment(notes.join("; "));
  const { conversion, column } = field;
  if (conversion.kind !== "code") return [`${indent}${field.name}: ${written(writing, field)},${note === "" ? "" : ` // ${note}`}`];
  engine.add("code");
  const total = conversion.codes.reduce((sum, { rows }) => sum + rows, 0);
  const words = conversion.codes.map(({ code, rows, word }) => {
    const answer = answers.get(questions.word(field.table, column, code));
    if (answer !== undefined) return `${indent}  ${codeKey(code)}: ${literal(answer)},`;
    if (word !== undefined) return `${indent}  ${codeKey(code)}: ${literal(word)}, // GUESS its name in the ERP's code table`;
    const share = total === 0 ? "" : `, in ${percentage(rows, total)} of rows`;
    return `${indent}  ${codeKey(code)}: ${undecided(writing, `${draft.resource}.${within}${field.name}: the public word of ${column} ${code === "" ? "blank" : code}${share}`)},`;
  });
  return [...(note === "" ? [] : [`${indent}// ${note}`]), `${indent}${field.name}: code(${literal(column)}, {`, ...words, `${indent}}),`];
}

/** Whole numbers and names stand bare as keys. */
function codeKey(code: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(code) ? code : JSON.stringify(code);
}

export function childLines(writing: Writing, child: DraftLines): readonly string[] {
  writing.engine.add("lines");
  const tie = child.on.map(([ours, parent]) => `${property(ours)}: ${literal(parent)}`).join(", ");
  const also = child.alsoIn.length > 0 ? [`        alsoIn: ${list(child.alsoIn)}, // GUESS an archive`] : [];
  return [
    `    // GUESS rows of ${comment(child.table)}: ${comment(child.guess)}`,
    `    ${child.name}: lines(`,
    `      ${literal(child.table)},`,
    `      { ${tie} },`,
    "      {",
    ...child.fields.flatMap((field) => fieldLines(writing, field, `${child.name}.`, "        ")),
    "      },",
    "      {",
    ...also,
    ...whereLines(writing, child.where, "        "),
    `        sort: ${list(child.sort)},`,
    "      },",
    "    ),",
  ];
}
