/** Introspection in a terminal: tables are picked, guesses confirmed one by one, and questions answered on the spot. */
import { log, select, text } from "@clack/prompts";
import { type Answers, type DraftField, type Findings, questions, type TableDraft, type TableFacts } from "#gateway";
import { chooseTables, type Wanted } from "./choose-tables.ts";
import { answered, snakeCase, unlessCancelled } from "./prompts.ts";
import { said } from "./said.ts";

export interface Interview {
  chooseTables(catalogue: ReadonlyMap<string, TableFacts>, existing: ReadonlyMap<string, string>): Promise<Wanted | "cancelled">;
  /** `decided`: constants that the project has already. Everything may be left for later; then its question or its mark stays in the draft. */
  askAbout(findings: Findings, given: Answers, decided: ReadonlySet<string>): Promise<Answers | "cancelled">;
}

export function createInterview(): Interview {
  return {
    chooseTables: (catalogue, existing) => unlessCancelled(() => chooseTables(catalogue, existing)),
    askAbout: (findings, given, decided) => unlessCancelled(() => askAbout(findings, given, decided)),
  };
}

async function askAbout(findings: Findings, given: Answers, decided: ReadonlySet<string>): Promise<Answers> {
  const answers = new Map(given);
  const guessed = findings.drafts
    .flatMap((draft) => [...draft.fields, ...draft.lines.flatMap(({ fields }) => fields)])
    .filter(({ guess }) => guess !== undefined);
  const state = { confirmsRest: false, at: 0, of: guessed.length };
  for (const draft of findings.drafts) {
    log.step(`${draft.resource}, from ${draft.table}`);
    await askAccount(draft, answers);
    await askKey(draft, answers);
    await askCompany(draft, answers, decided);
    await askZone(draft, answers, decided);
    for (const field of [...draft.fields, ...draft.lines.flatMap(({ fields }) => fields)]) {
      if (field.guess !== undefined && !state.confirmsRest) await confirmGuess(draft, field, answers, state);
      await askWords(draft, field, answers);
    }
    for (const lines of draft.lines) {
      if (state.confirmsRest) break;
      const answer = answered(
        await select({
          message: `${draft.resource}.${lines.name}: rows of ${lines.table}? ${lines.guess}`,
          options: [
            { value: "yes", label: "Yes" },
            { value: "out", label: "No, leave them out" },
          ],
        }),
      );
      answers.set(questions.lines(draft.table, lines.table), answer);
    }
  }
  return answers;
}

const later = { value: "later", label: "Decide later", hint: "the draft does not compile until then" } as const;

async function askAccount({ resource, accounts }: TableDraft, answers: Map<string, string>): Promise<void> {
  const answer = answered(
    await select<string>({
      message: `Whose rows are ${resource}? Every statement is narrowed to the caller's own customer numbers.`,
      options: [
        ...accounts.flatMap(({ column, evidence, blank }) => [
          { value: column, label: column, hint: evidence },
          ...(blank ? [{ value: `shared or own: ${column}`, label: `${column}, and rows with a blank one are everyone's` }] : []),
        ]),
        { value: "shared", label: "Every partner may read all of them" },
        later,
      ],
    }),
  );
  if (answer === "shared") {
    const why = answered(
      await text({
        message: "Why? Reviewers of the binding read it.",
        validate: (value) => (value === undefined || value.trim() === "" ? "A few words." : undefined),
      }),
    );
    answers.set(questions.account(resource), `shared: ${why}`);
  } else if (answer !== "later") answers.set(questions.account(resource), answer);
}

async function askKey({ resource, key }: TableDraft, answers: Map<string, string>): Promise<void> {
  if (key.kind === "known" || key.candidates.length === 0) return;
  const options = key.candidates.map(({ columns, evidence }) => ({ value: columns.join(","), label: columns.join(" and "), hint: evidence }));
  const answer = answered(await select<string>({ message: `What tells ${resource} apart? Their table declares no key.`, options: [...options, later] }));
  if (answer !== "later") answers.set(questions.key(resource), answer);
}

async function askCompany({ where }: TableDraft, answers: Map<string, string>, decided: ReadonlySet<string>): Promise<void> {
  for (const { column, condition } of where) {
    if (condition.kind !== "which" || answers.has(questions.company(column)) || decided.has("company")) continue;
    const options = condition.among.slice(0, 12).map(({ value, share }) => ({ value, label: value === "" ? "(blank)" : value, hint: share }));
    const answer = answered(await select<string>({ message: `Which ${column} do partners see?`, options: [...options, later] }));
    if (answer !== "later") answers.set(questions.company(column), answer);
  }
}

async function askZone({ fields, lines }: TableDraft, answers: Map<string, string>, decided: ReadonlySet<string>): Promise<void> {
  const moments = [...fields, ...lines.flatMap((child) => child.fields)].some(
    ({ conversion }) => conversion.kind === "dateTime" && conversion.zone === undefined,
  );
  if (!moments || answers.has(questions.zone) || decided.has("zone")) return;
  const zones = new Set([...Intl.supportedValuesOf("timeZone"), "UTC"]);
  const zone = answered(
    await text({
      message: "Which time zone is the ERP's clock in?",
      placeholder: "Europe/Berlin; Enter: decide later",
      validate: (value) => (value === undefined || value === "" || zones.has(value) ? undefined : "An IANA time zone, such as Europe/Berlin."),
    }),
  );
  if (zone !== undefined && zone !== "") answers.set(questions.zone, zone);
}

async function confirmGuess(
  { resource }: TableDraft,
  field: DraftField,
  answers: Map<string, string>,
  state: { confirmsRest: boolean; at: number; readonly of: number },
): Promise<void> {
  state.at += 1;
  const answer = answered(
    await select<string>({
      message: `(${state.at} of ${state.of}) ${resource}.${field.name} from ${field.table}.${field.column}: ${said(field.conversion)}? ${field.guess}`,
      options: [
        { value: "yes", label: "Yes" },
        { value: "mark", label: "Not sure", hint: "stays marked GUESS" },
        { value: "plain", label: "No, take the column as it is" },
        { value: "out", label: "No, and leave it out" },
        { value: "rest", label: "Leave this and all other guesses marked" },
      ],
    }),
  );
  if (answer === "rest") state.confirmsRest = true;
  else if (answer !== "mark") answers.set(questions.guess(field.table, field.column), answer);
}

async function askWords({ resource }: TableDraft, { name, table, column, conversion }: DraftField, answers: Map<string, string>): Promise<void> {
  const handled = answers.get(questions.guess(table, column));
  if (conversion.kind !== "code" || handled === "plain" || handled === "out") return;
  const total = conversion.codes.reduce((sum, { rows }) => sum + rows, 0);
  for (const { code, rows, word } of conversion.codes) {
    if (answers.has(questions.word(table, column, code))) continue;
    const shown = answered(
      await text({
        message: `${resource}.${name}: the public word of ${column} ${code === "" ? "(blank)" : code}, in ${Math.round((100 * rows) / Math.max(1, total))} % of rows`,
        ...(word === undefined ? { placeholder: "snake_case; Enter: decide later" } : { initialValue: word }),
        validate: (value) => (value === undefined || value === "" || snakeCase.test(value) ? undefined : "Lower-case letters, digits and _ only."),
      }),
    );
    if (shown !== undefined && shown !== "") answers.set(questions.word(table, column, code), shown);
  }
}
