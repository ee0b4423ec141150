/** `erp.ts` of a draft: where the resource lives, with guesses marked and questions that do not compile. */

import type { Conversion, DraftField, DraftLines, TableDraft, WhereClause } from "../draft.ts";
import { camelCase, fieldName } from "../guess/public-names.ts";
import { percentage } from "../values.ts";
import { answeredFields, answeredLines } from "./answered.ts";
import { type Answers, questions } from "./answers.ts";
import { contractVariable } from "./contract-file.ts";
import type { Decision, Decisions } from "./decisions-file.ts";
import { comment, list, literal, property } from "./text.ts";

/** What the project's `erp/source.ts` exports. */
export interface SourceExports {
  /** The source itself. */
  readonly source: string;
  /** Strings it exports, by name: a time zone, a company. */
  readonly constants: ReadonlyMap<string, string>;
}

interface Writing {
  readonly draft: TableDraft;
  readonly answers: Answers;
  readonly exports: SourceExports;
  /** Names imported from the engine and from `erp/source.ts`. */
  readonly engine: Set<string>;
  readonly fromSource: Set<string>;
  readonly fromDecisions: Set<string>;
  readonly decisions: Decisions;
}

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

function undecided({ engine }: Writing, question: string): string {
  engine.add("undecided");
  return `undecided(${JSON.stringify(comment(question))})`;
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

function whereLines(writing: Writing, clauses: readonly WhereClause[], indent: string): readonly string[] {
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

/** A constant for all resources: the one that `erp/source.ts` has, or one of `erp/decisions.ts`. */
function decided({ exports, fromSource, fromDecisions, decisions }: Writing, name: string, decision: Decision): string {
  if (exports.constants.has(name)) fromSource.add(name);
  else {
    fromDecisions.add(name);
    if (!decisions.has(name)) decisions.set(name, decision);
  }
  return name;
}

function fieldLines(writing: Writing, field: DraftField, within: string, indent: string): readonly string[] {
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

function written(writing: Writing, { column, conversion }: DraftField): string {
  const { engine } = writing;
  const call = (name: string, args: readonly string[], options: readonly string[]): string => {
    engine.add(name);
    return `${name}(${[...args, ...(options.length > 0 ? [`{ ${options.join(", ")} }`] : [])].join(", ")})`;
  };
  const nullWhen = "nullWhen" in conversion && conversion.nullWhen.length > 0 ? [`nullWhen: ${list(conversion.nullWhen)}`] : [];
  switch (conversion.kind) {
    case "text":
      return call(
        "text",
        [literal(column)],
        [
          ...(conversion.encoding === undefined ? [] : [`encoding: ${literal(conversion.encoding)}`]),
          ...(conversion.pad === undefined ? [] : [`pad: ${conversion.pad}`]),
          ...nullWhen,
        ],
      );
    case "date":
      return writtenDate(call, column, conversion, nullWhen);
    case "dateTime": {
      const as = conversion.form === "cyymmdd" ? ['as: "cyymmdd"'] : [];
      const zone = conversion.zone === undefined ? zoneOption(writing) : `zone: ${literal(conversion.zone)}`;
      return call("dateTime", [literal(column), ...(conversion.time === undefined ? [] : [literal(conversion.time)])], [zone, ...as, ...nullWhen]);
    }
    case "money":
      return call("money", [literal(column), literal(conversion.currency)], shape(conversion));
    case "decimal":
      return call("decimal", [literal(column)], shape(conversion));
    case "integer":
      return call("integer", [literal(column)], []);
    case "flag":
      return call(
        "flag",
        [literal(column)],
        conversion.values === undefined ? [] : [`true: ${list(conversion.values.true)}`, `false: ${list(conversion.values.false)}`],
      );
    case "ref":
      return call("ref", [literal(conversion.resource), literal(column)], nullWhen);
    case "code":
      throw new Error("codes are written line by line");
  }
}

function writtenDate(
  call: (name: string, args: readonly string[], options: readonly string[]) => string,
  column: string,
  { stored }: Extract<Conversion, { kind: "date" }>,
  nullWhen: readonly string[],
): string {
  if (stored.kind === "julian")
    return call("julianDate", [literal(column)], [...(stored.form === "cyyddd" ? [] : [`as: ${literal(stored.form)}`]), ...nullWhen]);
  const form = stored.kind === "native" ? "native" : stored.form;
  return call("date", [literal(column)], [...(form === "yyyymmdd" ? [] : [`as: ${literal(form)}`]), ...nullWhen]);
}

function zoneOption(writing: Writing): string {
  return decided(writing, "zone", {
    about: "The ERP's wall clock.",
    question: "the IANA time zone of the ERP's clock, such as Europe/Berlin",
    answer: writing.answers.get(questions.zone),
  });
}

function shape({ scale, places }: { readonly scale?: number; readonly places?: number }): readonly string[] {
  return [...(scale === undefined ? [] : [`scale: ${scale}`]), ...(places === undefined ? [] : [`places: ${places}`])];
}

function childLines(writing: Writing, child: DraftLines): readonly string[] {
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

function leftOutLines({ table, leftOut }: TableDraft): readonly string[] {
  const named = leftOut.filter(({ why }) => why !== "fixed");
  if (named.length === 0) return [];
  return [
    "// Left out, so no request can reach them:",
    ...named.map(({ table: of, column, reason }) => `//   ${comment(`${of === table ? "" : `${of}.`}${column}: ${reason}`)}`),
    "",
  ];
}
