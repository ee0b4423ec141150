/** `sluice introspect`: drafts resources from an ERP's tables, and writes their row types. It only reads the ERP. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { introspect, noAnswers, openSource, projectFiles, questions, questionsIn, readTables, type TableFacts } from "#gateway";
import { Problem } from "#lib/problems.ts";
import { withEnvFile } from "../env-file.ts";
import { chooseSource, limits, unreadable } from "../introspect/choose-source.ts";
import { holdsExample, isExampleTables, removeExample, withoutExample } from "../introspect/example.ts";
import { createInterview, type Interview } from "../introspect/interview.ts";
import { type IntrospectedProject, openProject, type ProjectSource } from "../introspect/open-project.ts";
import { putInPlace } from "../introspect/put-in-place.ts";
import { type Outcome, reportJson, reportText } from "../introspect/report.ts";
import { type Command, exitCodes, jsonOption, projectOption, refuse, type Terminal, UsageError } from "./command.ts";
import { json, list, parseOptions, project } from "./options.ts";

const optionsSchema = z.object({
  source: z.string().optional(),
  tables: list.optional(),
  types: list.optional(),
  schema: z.string().optional(),
  zone: z.string().refine(isZone, "takes an IANA time zone, such as Europe/Berlin").optional(),
  rows: z
    .string()
    .regex(/^[1-9]\d{0,4}$/, "takes a number of rows from 1 to 99999")
    .transform(Number)
    .default(1_000),
  force: z.boolean().default(false),
  "dry-run": z.boolean().default(false),
  plain: z.boolean().default(false),
  json,
  project,
});

type Options = z.output<typeof optionsSchema>;

export const introspectCommand: Command = {
  name: "introspect",
  summary: "Draft resources from an ERP's tables",
  usage: [
    "[--source <name|url>] [--tables <table[=resource],...>] [--types <table,...>] [--schema <name>] [--zone <zone>] [--rows <number>] [--force] [--dry-run] [--plain] [--json]",
    "Writes erp/tables.ts and, for each table asked for, resources/<name>/{schema,contract,erp}.ts, with guesses marked GUESS and questions `undecided`.",
    "--types: row types of further tables, for joins and lines, without drafts.",
    "Without either: row types of all tables, and no drafts. In a terminal it asks which tables, and lets guesses be confirmed; --plain does not.",
    "It needs SELECT and nothing more, looks at --rows rows of a table (1000), and never writes to the ERP.",
    "--source takes a source that erp/source.ts exports, read at its <NAME>_LIVE_URL or else <NAME>_TEST_URL, or a URL.",
    "--force replaces files of a resource that exist. --dry-run writes nothing. --json prints the findings.",
  ],
  options: {
    source: { type: "string" },
    tables: { type: "string", multiple: true },
    types: { type: "string", multiple: true },
    schema: { type: "string" },
    zone: { type: "string" },
    rows: { type: "string" },
    force: { type: "boolean" },
    "dry-run": { type: "boolean" },
    plain: { type: "boolean" },
    ...jsonOption,
    ...projectOption,
  },
  run: async (input, terminal) => {
    const typed = parseOptions(optionsSchema, input);
    const folder = await openProject(typed.project ?? terminal.workingFolder);
    const { source, url } = chooseSource(folder, typed.source, withEnvFile(folder.path, terminal.variables));
    const interactive = !typed.plain && !typed.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
    const database = openSource(source.dialect, { url, ...limits });
    try {
      return await run(typed, terminal, { folder, source, database, interview: interactive ? createInterview() : undefined });
    } catch (error) {
      throw error instanceof Problem ? unreadable(url, error) : error;
    } finally {
      await database.close();
    }
  },
};

/** Between two statements the ERP is left alone for as long as the first of them took, and at least this long. */
const leastPauseMs = 10;

interface Parts {
  readonly folder: IntrospectedProject;
  readonly source: ProjectSource;
  readonly database: ReturnType<typeof openSource>;
  /** Undefined where nobody is there to ask. */
  readonly interview: Interview | undefined;
}

async function run(typed: Options, terminal: Terminal, { folder, source, database, interview }: Parts): Promise<number> {
  const place = { dialect: source.dialect, database, schema: typed.schema ?? source.schema, tablePrefix: source.tablePrefix ?? "" };
  const catalogue = await readTables(place);
  if (catalogue.size === 0)
    return refuse(terminal, [
      `${source.name} shows no table${place.schema === undefined ? "" : ` in ${place.schema}`}: is it the right database, and may this account read it?`,
    ]);
  const asked = parseTables(typed.tables ?? [], catalogue);
  const described = parseTables(typed.types ?? [], catalogue).map(({ table }) => table);
  const unknown = described.filter((table) => !catalogue.has(table));
  if (unknown.length > 0) return refuse(terminal, [`--types: there is no table ${unknown.join(", ")}, or this account may not see it.`]);
  const wanted = interview && asked.length === 0 && described.length === 0 ? await interview.chooseTables(catalogue, folder.resources) : asked;
  if (wanted === "cancelled") return refuse(terminal, ["Nothing was written."]);

  let lastMs = 0;
  const paced: typeof database = {
    ...database,
    query: async (statement) => {
      const from = performance.now();
      try {
        return await database.query(statement);
      } finally {
        lastMs = performance.now() - from;
      }
    },
  };
  const findings = await introspect({
    ...place,
    database: paced,
    tables: catalogue,
    wanted,
    existing: folder.resources,
    rows: typed.rows,
    pause: () => sleep(Math.max(leastPauseMs, lastMs)),
    onProgress: (line) => terminal.complain(line),
  });
  const given = new Map(typed.zone === undefined ? noAnswers : [[questions.zone, typed.zone]]);
  const answers = interview ? await interview.askAbout(findings, given, decidedIn(folder)) : given;
  if (answers === "cancelled") return refuse(terminal, ["Nothing was written."]);

  const gatewayAlone = withoutExample(folder.gateway ?? "");
  const example = findings.drafts.length > 0 && gatewayAlone !== undefined && !catalogue.has("widget") && (await holdsExample(folder.path));
  const { files, byHand } = projectFiles({
    findings,
    answers,
    catalogue,
    exports: { source: source.exportedAs, constants: folder.constants },
    present: {
      tables: example && isExampleTables(folder.tables) ? undefined : folder.tables,
      decisions: folder.decisions,
      gateway: example ? gatewayAlone : folder.gateway,
    },
    rowTypesName: folder.rowTypesName ?? `${source.name.charAt(0).toUpperCase()}${source.name.slice(1)}Tables`,
    allTables: asked.length === 0 && described.length === 0 && wanted.length === 0,
    described,
    replaceTables: typed.force,
  });
  const inTheWay = [...files.keys()].filter((path) => path.startsWith("resources/") && existsSync(join(folder.path, path)));
  if (inTheWay.length > 0 && !typed.force && !typed["dry-run"]) {
    return refuse(terminal, [
      ...inTheWay.map((path) => `${path} exists already.`),
      "Nothing was written. With --force they are replaced; `--tables TABLE=name` drafts under another name.",
    ]);
  }
  if (!typed["dry-run"]) {
    await putInPlace(folder.path, files);
    if (example) await removeExample(folder.path);
  }
  const outcome: Outcome = {
    source: source.name,
    findings,
    files: typed["dry-run"] ? [] : [...files.keys()],
    questions: [...new Set(questionsIn(files.values()))],
    byHand,
    marks: marksIn(files),
    example,
  };
  if (typed.json) terminal.say(reportJson(outcome));
  else for (const line of reportText(outcome)) terminal.say(line);
  return findings.failures.length > 0 && findings.drafts.length === 0 ? exitCodes.refused : exitCodes.done;
}

/** Constants for the whole ERP that the project has: strings of `erp/source.ts`, and what `erp/decisions.ts` declares. */
function decidedIn({ constants, decisions }: IntrospectedProject): ReadonlySet<string> {
  return new Set([...constants.keys(), ...[...(decisions ?? "").matchAll(/\bexport const (\w+)/g)].map(([, name = ""]) => name)]);
}

/** In contracts and schemas every draft has the same few marks; those of bindings are what the rows suggest. */
function marksIn(files: ReadonlyMap<string, string>): number {
  return [...files].filter(([path]) => path.endsWith("/erp.ts")).reduce((sum, [, text]) => sum + (text.match(/\/\/ GUESS /g)?.length ?? 0), 0);
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** `OEHDR` or `OEHDR=orders`. A name that differs in case only is the table's. */
function parseTables(typed: readonly string[], catalogue: ReadonlyMap<string, TableFacts>): readonly { readonly table: string; readonly resource?: string }[] {
  const found = typed.map((text) => {
    const [table = "", resource] = text.split("=");
    if (resource !== undefined && !/^[a-z][a-z0-9_]{0,62}$/.test(resource)) throw new UsageError(`--tables: the resource "${resource}" must be snake_case.`);
    const alike = [...catalogue.keys()].filter((name) => name.toLowerCase() === table.toLowerCase());
    const [only] = alike;
    return { table: catalogue.has(table) || alike.length !== 1 || only === undefined ? table : only, ...(resource !== undefined && { resource }) };
  });
  for (const names of [found.map(({ table }) => table), found.flatMap(({ resource }) => resource ?? [])]) {
    const twice = names.find((name, at) => names.indexOf(name) < at);
    if (twice !== undefined) throw new UsageError(`--tables names ${twice} twice.`);
  }
  return found;
}
