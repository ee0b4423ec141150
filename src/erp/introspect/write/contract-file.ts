/** `contract.ts` of a draft: what is promised of the resource. */

import type { TableDraft } from "../draft.ts";
import { camelCase } from "../guess/public-names.ts";
import { answeredFields, answeredLines } from "./answered.ts";
import type { Answers } from "./answers.ts";
import { modelName } from "./schema-file.ts";
import { comment, list, variable } from "./text.ts";

export function contractFile(draft: TableDraft, answers: Answers): string {
  const { resource, table } = draft;
  const model = modelName(draft);
  const fields = new Map(answeredFields(draft, answers).map((field) => [field.name, field.conversion.kind]));
  // A column that was refused as money is compared as the number it is.
  const kept = (paths: readonly string[]) =>
    paths.flatMap((path) => {
      const [name = ""] = path.split(".");
      if (name === "id") return [path];
      return fields.has(name) ? [fields.get(name) === "money" ? path : name] : [];
    });
  const [filters, sorts, unserved] = [kept(draft.filters), kept(draft.sorts), kept(draft.unserved)];
  const expand = answeredLines(draft, answers).map(({ name }) => name);
  const scope = `${resource}:read`;
  const listLines = [
    `      scope: ${JSON.stringify(scope)},`,
    ...(filters.length > 0 ? [`      filter: ${list(filters)}, // GUESS an index of ${comment(table)} serves each`] : []),
    ...(sorts.length > 0 ? [`      sort: ${list(sorts)}, // GUESS an index begins with each; \`sluice check\` judges them together with the account`] : []),
    ...(expand.length > 0 ? [`      expand: ${list(expand)},`] : []),
  ];
  const said = comment(draft.comment === "" ? table : draft.comment);
  return `import { defineContract } from "sluice";
import { ${model} } from "./schema.ts";

/** ${comment(`Draft of what partners see of ${table}.`)} */
export const ${contractVariable(resource)} = defineContract({
  name: ${JSON.stringify(resource)},
  singular: ${JSON.stringify(draft.singular)},
  team: "erp", // GUESS who answers for it
  summary: ${JSON.stringify(`${said}.`)}, // GUESS a sentence for partners
  model: ${model},
  reads: {
    list: {
${listLines.join("\n")}
    },
    get: { scope: ${JSON.stringify(scope)} },
  },
});
${unserved.length > 0 ? `\n// No index of ${comment(table)} serves these, so a filter or sort by one reads many rows: ${unserved.join(", ")}.\n` : ""}`;
}

export function contractVariable(resource: string): string {
  return variable(camelCase(resource));
}
