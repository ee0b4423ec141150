/** A draft's fields and child rows with what people answered of them: confirmed, taken as they are, or left out. */

import type { DraftField, DraftLines, TableDraft } from "../draft.ts";
import { type Answers, questions } from "./answers.ts";

export function answeredFields({ fields }: Pick<TableDraft, "fields">, answers: Answers): readonly DraftField[] {
  return fields.flatMap((field) => {
    const answer = answers.get(questions.guess(field.table, field.column));
    if (answer === "out") return [];
    if (answer === "plain") return field.asItIs === undefined ? [] : [{ ...field, ...field.asItIs, guess: undefined }];
    return [answer === "yes" ? { ...field, guess: undefined } : field];
  });
}

export function answeredLines(draft: TableDraft, answers: Answers): readonly DraftLines[] {
  return draft.lines
    .filter(({ table }) => answers.get(questions.lines(draft.table, table)) !== "out")
    .map((lines) => ({ ...lines, fields: answeredFields(lines, answers) }))
    .filter(({ fields }) => fields.length > 0);
}
