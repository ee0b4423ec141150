/** `erp.ts` of a draft: where the resource lives, with guesses marked and questions that do not compile. */

import type { TableDraft } from "../draft.ts";
import { camelCase } from "../guess/public-names.ts";
import { answeredFields, answeredLines } from "./answered.ts";
import { type Answers, questions } from "./answers.ts";
import { contractVariable } from "./contract-file.ts";
import type { Decisions } from "./decisions-file.ts";
import { childLines, fieldLines } from "./field-lines.ts";
import { comment, list, literal, property } from "./text.ts";
import { whereLines } from "./where-lines.ts";
import { type SourceExports, undecided, type Writing } from "./writing.ts";

/** What holds for the whole ERP is added to `decisions`. */
export function bindingFile(draft: TableDraft, answers: Answers, exports: SourceExports, decisions: Decisions): string {
  const writing: Writing = { draft, answers, exports, engine: new Set(), fromSource: new Set([exports.source]), fromDecisions: new Set(), decisions };
  const { resource, table } = draft;
  const name = contractVariable(resource);
  const fields = answeredFields(draft, answers).flatMap((field) => fieldLines(writing, field, "", "    "));
  const lines = answeredLines(draft, answers).flatMap((child) => childLines(writing, child));
  const head = [
    `  table: ${literal(table)},`,
    ...(draft.alsoIn.length > 0 ? [`  alsoIn: ${list(draft.alsoIn)}, // GUESS an archive: the same columns, and none of the same keys`] : []),
    ...joinLines(draft),
    ...keyLines(writing),
    ...accountLines(writing),
    ...whereLines(writing, draft.where, "  "),
  ];
  const imports = [
    `import { ${[...writing.engine].sort().join(", ")} } from "sluice";`,
    ...(writing.fromDecisions.size > 0 ? [`import { ${[...writing.fromDecisions].sort().join(", ")} } from "../../erp/decisions.ts";`] : []),
    `import { ${[...writing.fromSource].sort().join(", ")} } from "../../erp/source.ts";`,
    `import { ${name} } from "./contract.ts";`,
  ];
  const looked = `${draft.allRows ? "all " : ""}${draft.rowsLookedAt.toLocaleString("en-US")} rows`;
  return `${imports.join("\n")}

// Drafted by \`sluice introspect\` from ${comment(table)}, of which it looked at ${looked}.
// GUESS: what names and values suggest. Check it, and take the mark away. \`undecided\`: only you know; it does not compile
// until the answer stands in its place.
${leftOutLines(draft).join("\n")}
/** ${comment(`Where ${resource} live: ${table}${draft.comment === "" ? "" : `, ${JSON.stringify(draft.comment)}`}.`)} */
export const ${camelCase(resource)}InErp = ${exports.source}.bind(${name}, {
${head.join("\n")}
  fields: {
${[...fields, ...lines].join("\n")}
  },
});
`;
}

function joinLines({ joins }: TableDraft): readonly string[] {
  if (joins.length === 0) return [];
  const each = joins.map(({ alias, table, alsoIn, on }) => {
    const also = alsoIn.length > 0 ? `, alsoIn: ${list(alsoIn)}` : "";
    return `    ${alias}: { table: ${literal(table)}${also}, on: { ${on.map(([theirs, ours]) => `${property(theirs)}: ${literal(ours)}`).join(", ")} } }, // GUESS`;
  });
  return ["  joins: {", ...each, "  },"];
}

function keyLines(writing: Writing): readonly string[] {
  const { draft, answers } = writing;
  const answer = answers.get(questions.key(draft.resource))?.split(",");
  const columns = answer ?? (draft.key.kind === "known" ? draft.key.columns : undefined);
  if (columns !== undefined) return [`  key: ${columns.length === 1 ? literal(columns[0] ?? "") : list(columns)},`];
  const candidates = draft.key.kind === "open" ? draft.key.candidates : [];
  const said = candidates.map(({ columns: some, evidence }) => `  // ${comment(`${some.join(" and ")}: ${evidence}`)}`);
  const which = candidates.length > 0 ? candidates.map(({ columns: some }) => some.join(" and ")).join(", or ") : "no column looks unique";
  return [...said, `  key: ${undecided(writing, `${draft.resource}: the column or columns that tell rows apart: ${which}?`)},`];
}

function accountLines(writing: Writing): readonly string[] {
  const { draft, answers, engine } = writing;
  const answer = answers.get(questions.account(draft.resource));
  if (answer?.startsWith("shared:")) {
    engine.add("sharedWithEveryPartner");
    return [`  account: sharedWithEveryPartner(${JSON.stringify(answer.slice(7).trim())}),`];
  }
  if (answer?.startsWith("shared or own:")) {
    engine.add("sharedOrOwn");
    return [`  account: sharedOrOwn(${literal(answer.slice(14).trim())}, [""]),`];
  }
  if (answer !== undefined) return [`  account: ${literal(answer)},`];
  const said = draft.accounts.map(
    ({ column, evidence, blank }) =>
      `  // ${comment(`${column}: ${evidence}${blank ? ` sharedOrOwn(${literal(column)}, [""]) shows those to everyone.` : ""}`)}`,
  );
  const [first, ...more] = draft.accounts.slice(0, 3).map(({ column }) => column);
  const question =
    first === undefined
      ? `${draft.resource}: whose rows are these? A column with the customer's number, or sharedWithEveryPartner("why")`
      : `${draft.resource}: the column with the customer's number: ${[first, ...more].join(", or ")}?`;
  return [...said, `  account: ${undecided(writing, question)},`];
}

function leftOutLines({ table, leftOut }: TableDraft): readonly string[] {
  const named = leftOut.filter(({ why }) => why !== "fixed");
  if (named.length === 0) return [];
  return [
    "// Left out, so no request can reach them:",
    ...named.map(({ table: of, column, reason }) => `//   ${comment(`${of === table ? "" : `${of}.`}${column}: ${reason}`)}`),
    "",
  ];
}
