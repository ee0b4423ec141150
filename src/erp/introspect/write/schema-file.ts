/** `schema.ts` of a draft: what partners see, as a Zod model. */

import type { DraftField, TableDraft } from "../draft.ts";
import { pascalCase, singular } from "../guess/public-names.ts";
import { answeredFields, answeredLines } from "./answered.ts";
import { type Answers, questions } from "./answers.ts";
import { comment } from "./text.ts";

export function schemaFile(draft: TableDraft, answers: Answers): string {
  const fields = answeredFields(draft, answers);
  const lines = answeredLines(draft, answers);
  const model = modelName(draft);
  const body: string[] = [];
  for (const child of lines) {
    body.push(`const ${lineModel(model, child.name)} = z.object({`);
    for (const field of child.fields) body.push(`  ${field.name}: ${schemaOf(draft, field, answers, `${child.name}.`)},`);
    body.push("});", "");
  }
  body.push(`export const ${model} = z.object({`, "  id: wire.id(),");
  for (const field of fields) body.push(`  ${field.name}: ${schemaOf(draft, field, answers, "")},`);
  for (const child of lines) body.push(`  ${child.name}: z.array(${lineModel(model, child.name)}),`);
  body.push("});");
  const text = body.join("\n");
  const used = [...(text.includes("undecided(") ? ["undecided"] : []), "wire", "z"];
  return `/** ${comment(`Draft of ${draft.resource} as partners see them. GUESS: the names are made from those of the ERP's columns.`)} */

import { ${used.join(", ")} } from "sluice";

${text}
`;
}

export function modelName({ singular: one }: Pick<TableDraft, "singular">): string {
  return pascalCase(one);
}

function lineModel(model: string, lines: string): string {
  const name = pascalCase(singular(lines));
  return name === model ? `${name}Row` : `${model}${name}`;
}

function schemaOf(draft: TableDraft, field: DraftField, answers: Answers, within: string): string {
  return `${valueSchema(draft, field, answers, within)}${field.nullable ? ".nullable()" : ""}`;
}

function valueSchema({ resource }: TableDraft, { name, table, column, conversion }: DraftField, answers: Answers, within: string): string {
  switch (conversion.kind) {
    case "text":
      return "z.string()";
    case "date":
      return "wire.date()";
    case "dateTime":
      return "wire.dateTime()";
    case "money":
      return "wire.money()";
    case "decimal":
      return "wire.decimal()";
    case "integer":
      return "z.int()";
    case "flag":
      return "z.boolean()";
    case "ref":
      return "wire.id()";
    case "code": {
      const words = conversion.codes.map(({ code, word }) => answers.get(questions.word(table, column, code)) ?? word);
      if (words.every((word) => word !== undefined)) return `z.enum(${JSON.stringify([...new Set(words)]).replaceAll(",", ", ")})`;
      const codes = conversion.codes.slice(0, 8).map(({ code }) => (code === "" ? "blank" : code));
      const more = conversion.codes.length > codes.length ? ", ..." : "";
      return `z.enum(undecided(${JSON.stringify(`${resource}.${within}${name}: the public words of ${table}.${column} (${codes.join(", ")}${more}), as a list`)}))`;
    }
  }
}
