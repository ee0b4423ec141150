/** What introspection says when it is done: for people, and as JSON for scripts. */
import type { Conversion, Findings, TableDraft } from "#gateway";

export interface Outcome {
  readonly source: string;
  readonly findings: Findings;
  readonly files: readonly string[];
  readonly questions: readonly string[];
  readonly byHand: readonly string[];
  /** Guesses that nobody has confirmed. */
  readonly marks: number;
  /** Whether the example of a new project gave way to the drafts. */
  readonly example: boolean;
}

export function reportText({ findings, files, questions, byHand, marks, example }: Outcome): readonly string[] {
  const lines: string[] = [];
  for (const draft of findings.drafts) lines.push("", ...draftText(draft));
  if (findings.failures.length > 0) lines.push("", "Not drafted:", ...findings.failures.map(({ table, reason }) => `  ${table}: ${reason}`));
  lines.push("", ...(files.length > 0 ? ["Written:", ...files.map((file) => `  ${file}`)] : ["Nothing was written."]));
  if (example && files.length > 0) lines.push("", "Removed the example, resources/widgets/, which nobody had changed.");
  if (byHand.length > 0) lines.push("", ...byHand);
  if (findings.drafts.length > 0)
    lines.push(
      "",
      questions.length > 0
        ? `${questions.length} question${questions.length === 1 ? "" : "s"} only you can answer: \`npx tsc --noEmit\` asks them, \`grep -rn 'undecided(' erp resources\` finds them.`
        : "No question is open.",
      marks > 0 ? `${marks} guess${marks === 1 ? " is" : "es are"} marked: \`grep -rn GUESS resources\` finds them.` : "No guess is left marked.",
    );
  return lines;
}

function draftText(draft: TableDraft): readonly string[] {
  const guesses = [...draft.fields, ...draft.lines.flatMap(({ fields }) => fields)].filter(({ guess }) => guess !== undefined).length;
  const looked = `${draft.allRows ? "all " : ""}${draft.rowsLookedAt.toLocaleString("en-US")} rows looked at`;
  const withheld = draft.leftOut.filter(({ why }) => why !== "fixed");
  return [
    `${draft.resource} from ${draft.table} (${looked}): ${draft.fields.length} fields, ${guesses} guess${guesses === 1 ? "" : "es"}`,
    ...draft.lines.map((lines) => `  ${lines.name}: rows of ${lines.table}`),
    ...draft.alsoIn.map((table) => `  read as one with ${table}, perhaps an archive`),
    ...withheld.map(({ table, column, reason }) => `  left out ${table === draft.table ? "" : `${table}.`}${column}: ${reason}`),
    ...(draft.unserved.length > 0 ? [`  no index serves a filter or sort by ${draft.unserved.join(", ")}`] : []),
  ];
}

/** Field names are stable: scripts read them. */
export function reportJson({ source, findings, files, questions, byHand }: Outcome): string {
  const tables = findings.drafts.map((draft) => ({
    table: draft.table,
    resource: draft.resource,
    rows_looked_at: draft.rowsLookedAt,
    all_rows: draft.allRows,
    key: draft.key.kind === "known" ? { columns: draft.key.columns } : { candidates: draft.key.candidates },
    accounts: draft.accounts,
    joins: draft.joins,
    archives: draft.alsoIn,
    where: draft.where,
    fields: draft.fields.map(fieldJson),
    lines: draft.lines.map((lines) => ({ ...lines, fields: lines.fields.map(fieldJson) })),
    left_out: draft.leftOut,
    filters: draft.filters,
    sorts: draft.sorts,
    unserved: draft.unserved,
  }));
  return JSON.stringify({ source, tables, failures: findings.failures, files, questions, by_hand: byHand }, null, 2);
}

function fieldJson({ name, column, conversion, nullable, guess, remark }: TableDraft["fields"][number]): object {
  const plain: Conversion = conversion;
  return { name, column, conversion: plain, nullable, guess: guess ?? null, remark: remark ?? null };
}
