/** All files of a run, as text: row types, three files per draft, and the line in `gateway.ts`. */

import type { TableFacts } from "../../dialects/schema-reader.ts";
import type { Findings } from "../draft.ts";
import type { Answers } from "./answers.ts";
import { bindingFile } from "./binding-file.ts";
import { contractFile } from "./contract-file.ts";
import { type Decisions, decisionsFile } from "./decisions-file.ts";
import { withResources } from "./gateway-file.ts";
import { parseRowTypes, rowTypes } from "./row-types.ts";
import { schemaFile } from "./schema-file.ts";
import type { SourceExports } from "./writing.ts";

export interface FilesOptions {
  readonly findings: Findings;
  readonly answers: Answers;
  readonly catalogue: ReadonlyMap<string, TableFacts>;
  readonly exports: SourceExports;
  /** The project's files as they are; undefined where there is none. */
  readonly present: { readonly tables: string | undefined; readonly decisions: string | undefined; readonly gateway: string | undefined };
  /** Name of the interface of row types, where its file is new. */
  readonly rowTypesName: string;
  /** Tables without a draft whose row types are asked for. */
  readonly described?: readonly string[];
  /** Write row types of every table rather than of those drafted and those around them. */
  readonly allTables: boolean;
  /** Write row types anew where people gave their file another form. */
  readonly replaceTables: boolean;
}

export interface ProjectFiles {
  /** Text by path within the project, in the order they are to be put in place. */
  readonly files: ReadonlyMap<string, string>;
  /** What is left to be done by hand. */
  readonly byHand: readonly string[];
}

export function projectFiles(options: FilesOptions): ProjectFiles {
  const { findings, answers, catalogue, present, exports } = options;
  const files = new Map<string, string>();
  const byHand: string[] = [];

  const existing = present.tables === undefined ? undefined : parseRowTypes(present.tables);
  if (present.tables !== undefined && existing === undefined && !options.replaceTables)
    byHand.push("erp/tables.ts was given another form than that of generated row types, and stays as it is. With --force it is written anew.");
  else {
    const tables = options.allTables
      ? [...catalogue.values()].filter(({ readable }) => readable).map(({ name }) => name)
      : [...findings.drafts.map(({ table }) => table), ...findings.related, ...(options.described ?? [])];
    const text = rowTypes({ existing, name: options.rowTypesName, catalogue, tables: tables.filter((table) => catalogue.has(table)), codes: findings.codes });
    if (text !== present.tables) files.set("erp/tables.ts", text);
  }
  const decisions: Decisions = new Map();
  const bindings = new Map(findings.drafts.map((draft) => [draft, bindingFile(draft, answers, exports, decisions)]));
  const decided = decisionsFile(present.decisions, decisions);
  if (decided !== undefined) files.set("erp/decisions.ts", decided);
  for (const [draft, binding] of bindings) {
    const folder = `resources/${draft.resource}`;
    files.set(`${folder}/schema.ts`, schemaFile(draft, answers));
    files.set(`${folder}/contract.ts`, contractFile(draft, answers));
    files.set(`${folder}/erp.ts`, binding);
  }
  if (findings.drafts.length > 0) {
    const edit = withResources(
      present.gateway ?? "",
      findings.drafts.map(({ resource }) => resource),
    );
    if (edit.kind === "changed") files.set("gateway.ts", edit.text);
    if (edit.kind === "by hand") byHand.push(`gateway.ts is not of a form that can be added to safely. Add:`, ...edit.lines.map((line) => `  ${line}`));
  }
  return { files, byHand };
}

/** `undecided` left in these files. */
export function questionsIn(files: Iterable<string>): readonly string[] {
  return [...files].flatMap((text) => [...text.matchAll(/undecided\(("(?:[^"\\]|\\.)*")\)/g)].map(([, question = '""']) => String(JSON.parse(question))));
}
