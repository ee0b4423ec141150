/** Reads the examples out of the team's guides: what a column holds, the lines that bind it, and what partners see. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";

const docs = join(import.meta.dirname, "../../docs");

export type DialectName = "postgres" | "mariadb";

export interface Example {
  /** Page and heading: `conversions, date`. */
  readonly name: string;
  /** A heading that ends in `(Postgres)` or `(MariaDB)` holds for that database alone. */
  readonly dialects: readonly DialectName[];
  /** Further tables and their rows. */
  readonly sql: readonly string[];
  /** Lines of the model. */
  readonly schema: string;
  /** Lines of the binding: fields, or the whole of it where it names a table. */
  readonly binding: string;
  readonly filter: Promise;
  readonly sort: Promise;
  /** `orddt INTEGER`, in the order of the rows' cells. */
  readonly columns: readonly string[];
  /** Public fields, `id`, or `seen by <account>`, in the order of the rows' cells. */
  readonly shown: readonly string[];
  readonly rows: readonly ExampleRow[];
}

/** Promised for every field, for those named, or for none: then the compiler must refuse it. */
export type Promise = "all" | "none" | readonly string[];

export interface ExampleRow {
  /** SQL literals. */
  readonly held: readonly string[];
  /** JSON, `drift`, or `yes` and `no` under `seen by`. */
  readonly seen: readonly string[];
}

/** A whole file that a guide shows, by its path in a project. */
export interface WholeFile {
  readonly page: string;
  readonly path: string;
  readonly text: string;
}

/** Code that names no file. */
export interface LoneCode {
  /** Page and heading. */
  readonly name: string;
  readonly code: string;
}

export interface Page {
  /** `wrapping/conversions`. */
  readonly name: string;
  readonly text: string;
  readonly examples: readonly Example[];
  readonly files: readonly WholeFile[];
  readonly alone: readonly LoneCode[];
}

/** Every page of these folders of `docs/`. Throws where code stands that nothing would check. */
export function readPages(...folders: readonly string[]): readonly Page[] {
  return folders.flatMap((folder) =>
    readdirSync(join(docs, folder))
      .filter((file) => file.endsWith(".md"))
      .sort()
      .map((file) => readPage(`${folder}/${file.slice(0, -3)}`)),
  );
}

export function readPage(name: string): Page {
  const text = readFileSync(join(docs, `${name}.md`), "utf8");
  const files: WholeFile[] = [];
  const examples: Example[] = [];
  const alone: LoneCode[] = [];
  for (const { heading, tokens } of sections(marked.lexer(text))) {
    const drafts: Draft[] = [];
    let sql: string[] = [];
    let open: Draft | undefined;
    for (const token of tokens) {
      if (isCode(token) && token.lang === "sql") sql.push(token.text);
      if (isCode(token) && token.lang === "ts") {
        const { whole, schema, binding, alone: code } = parts(token.text, `${name}, ${heading}`);
        files.push(...whole.map((file) => ({ page: name, ...file })));
        if (code !== undefined) alone.push({ name: `${name}, ${heading}`, code });
        if (binding === undefined) continue;
        open = { schema: schema ?? "", binding, sql };
        sql = [];
      }
      if (isTable(token) && open !== undefined && isData(token)) {
        drafts.push({ ...open, ...data(token) });
        open = undefined;
      }
    }
    if (open !== undefined) throw new Error(`${name}, ${heading}: an example without a table of what the columns hold.`);
    const dialects = dialectsOf(heading);
    const said = promisesOf(tokens);
    for (const draft of drafts) examples.push({ name: `${name}, ${heading}`, dialects, columns: [], shown: [], rows: [], ...draft, ...said });
  }
  return { name, text, examples, files, alone };
}

interface Draft extends Partial<Pick<Example, "columns" | "shown" | "rows">> {
  readonly schema: string;
  readonly binding: string;
  readonly sql: readonly string[];
}

function sections(tokens: readonly Token[]): readonly { readonly heading: string; readonly tokens: readonly Token[] }[] {
  const found: { heading: string; tokens: Token[] }[] = [];
  for (const token of tokens) {
    if (token.type === "heading") found.push({ heading: String("text" in token ? token.text : "").replaceAll("`", ""), tokens: [] });
    else found.at(-1)?.tokens.push(token);
  }
  return found;
}

interface Parts {
  readonly whole: readonly { readonly path: string; readonly text: string }[];
  readonly schema?: string;
  readonly binding?: string;
  readonly alone?: string;
}

/** A block is made of parts, each below a comment that names its file. A part that imports is a whole file. */
function parts(code: string, where: string): Parts {
  const pieces = code.split(/^\/\/ ([\w./-]+\.ts)$/m);
  const [alone = ""] = pieces;
  if (alone.trim() !== "") {
    if (pieces.length > 1) throw new Error(`${where}: code before a comment that names its file, such as // erp.ts.`);
    return { whole: [], alone };
  }
  const found: { whole: { path: string; text: string }[]; schema?: string; binding?: string } = { whole: [] };
  for (let at = 1; at < pieces.length; at += 2) {
    const path = pieces[at] ?? "";
    const text = pieces[at + 1] ?? "";
    if (/^(?:import|export|\/\*\*)/m.test(text)) found.whole.push({ path, text });
    else if (path === "schema.ts") found.schema = text;
    else if (path === "erp.ts") found.binding = text;
    else throw new Error(`${where}: ${path} is neither whole (it imports nothing) nor lines of schema.ts or erp.ts.`);
  }
  return found;
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === "code";
}

function isTable(token: Token): token is Tokens.Table {
  return token.type === "table";
}

/** A table of data begins with a column and its type. */
function isData(table: Tokens.Table): boolean {
  return /^`\w+ [A-Z]/.test(table.header[0]?.text ?? "");
}

function data(table: Tokens.Table): Pick<Example, "columns" | "shown" | "rows"> {
  const heads = table.header.map(({ text }) => bare(text));
  const width = heads.filter((head) => /^\w+ [A-Z]/.test(head)).length;
  const cells = table.rows.map((row) => row.map(({ text }) => bare(text)));
  return { columns: heads.slice(0, width), shown: heads.slice(width), rows: cells.map((row) => ({ held: row.slice(0, width), seen: row.slice(width) })) };
}

function bare(cell: string): string {
  return cell.trim().replaceAll("`", "");
}

function dialectsOf(heading: string): readonly DialectName[] {
  if (heading.endsWith("(Postgres)")) return ["postgres"];
  return heading.endsWith("(MariaDB)") ? ["mariadb"] : ["postgres", "mariadb"];
}

/** From a line such as `**Filter:** yes. **Sort:** `total.amount`.`; nothing is promised without one. */
function promisesOf(tokens: readonly Token[]): Pick<Example, "filter" | "sort"> {
  const text = tokens.map(({ raw }) => raw).join("");
  return { filter: promiseOf(text, "Filter"), sort: promiseOf(text, "Sort") };
}

function promiseOf(text: string, what: string): Promise {
  const said = new RegExp(`\\*\\*${what}:\\*\\* (yes|no\\b|(?:\`[\\w.]+\`(?:, )?)+)`).exec(text)?.[1];
  if (said === undefined) return [];
  return said === "yes" ? "all" : said === "no" ? "none" : [...said.matchAll(/`([\w.]+)`/g)].map(([, path = ""]) => path);
}
