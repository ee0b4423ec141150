/** `introspect`: from an ERP's catalogue and some of its rows to drafts of resources. Reads only. */

import type { DialectName } from "../binding/source.ts";
import type { ErpDatabase } from "../dialects/dialect.ts";
import { dialects } from "../dialects/dialects.ts";
import type { TableFacts } from "../dialects/schema-reader.ts";
import { schemaReaders } from "../dialects/schema-readers.ts";
import { codeTables } from "./code-tables.ts";
import type { DraftField, Findings, Literal, TableDraft } from "./draft.ts";
import { draftTable } from "./draft-table.ts";
import { type Drafting, seeingOnce } from "./drafting.ts";
import type { StoredForm } from "./guess/dates.ts";
import { resourceName } from "./guess/public-names.ts";
import { keyPartsOf, schemaOf } from "./guess/schema.ts";
import type { Looking } from "./looking.ts";
import { refusalOf } from "./see-table.ts";

export interface Place {
  readonly dialect: DialectName;
  readonly database: ErpDatabase;
  /** Schema (Postgres) or database (MariaDB); the connection's own when undefined. */
  readonly schema: string | undefined;
  /** What all names of tables begin with, as the source declares it. */
  readonly tablePrefix: string;
}

export interface IntrospectOptions extends Place {
  readonly tables: ReadonlyMap<string, TableFacts>;
  /** Tables to draft, with the public name of each where it was given. */
  readonly wanted: readonly { readonly table: string; readonly resource?: string | undefined }[];
  /** Resources that the project has, by table. */
  readonly existing: ReadonlyMap<string, string>;
  /** Rows looked at of each table; 1,000 and more tell more, fewer ask less of the ERP. */
  readonly rows: number;
  readonly pause: () => Promise<void>;
  readonly onProgress: (line: string) => void;
}

/** Every table of a schema, as the catalogue has it, by the name a binding uses; no row is read. The gateway's own are none of the ERP's. */
export async function readTables({ dialect, database, schema, tablePrefix }: Place): Promise<ReadonlyMap<string, TableFacts>> {
  const found = await schemaReaders[dialect].readSchema(database, schema);
  const bare = (table: string): string => (table.startsWith(tablePrefix) ? table.slice(tablePrefix.length) : table);
  return new Map(
    [...found.values()]
      .filter(({ name }) => name.startsWith(tablePrefix) && !name.startsWith("sluice_"))
      .map((facts) => [
        bare(facts.name),
        { ...facts, name: bare(facts.name), foreignKeys: facts.foreignKeys.map((key) => ({ ...key, table: bare(key.table) })) },
      ]),
  );
}

/** Rows that are read at most to confirm one guess. */
const rowsToConfirm = 100_000;

/** A table that cannot be read is named among the failures, and the others go on. */
export async function introspect(options: IntrospectOptions): Promise<Findings> {
  const { tables, wanted } = options;
  const looking: Looking = {
    database: options.database,
    dialect: dialects[options.dialect],
    reader: schemaReaders[options.dialect],
    schema: options.schema,
    tablePrefix: options.tablePrefix,
    rows: options.rows,
    rowsToConfirm,
    pause: options.pause,
  };
  const failures: { table: string; reason: string }[] = [];
  const found: { readonly facts: TableFacts; readonly resource: string }[] = [];
  for (const { table, resource } of wanted) {
    const facts = tables.get(table);
    const refusal = facts === undefined ? "there is no such table, or this account may not see it" : whyNot(facts);
    if (facts === undefined || refusal !== undefined) failures.push({ table, reason: refusal ?? "" });
    else found.push({ facts, resource: resource ?? distinctResource(facts, options.existing, found) });
  }
  const schema = schemaOf(tables);
  const lists = codeTables(schema);
  const codes = new Map<string, Map<string, readonly Literal[]>>();
  const resources = new Map([...options.existing, ...found.map(({ facts, resource }) => [facts.name, resource] as const)]);
  const drafting = {
    looking,
    schema,
    codeTables: lists,
    resources,
    see: seeingOnce(looking, schema, lists, resources),
    keyParts: keyPartsOf(schema),
    ...memory(codes),
  };
  const drafts: TableDraft[] = [];
  for (const { facts, resource } of found) {
    try {
      const draft = await draftTable(drafting, facts, resource);
      options.onProgress(`${facts.name}: ${draft.allRows ? "all " : ""}${draft.rowsLookedAt.toLocaleString("en-US")} rows looked at`);
      drafts.push(draft);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      failures.push({ table: facts.name, reason });
    }
  }
  const drafted = new Set(drafts.map(({ table }) => table));
  const lost = new Set(found.filter(({ facts }) => !drafted.has(facts.name)).map(({ resource }) => resource));
  const related = drafts.flatMap(({ alsoIn, joins, lines }) => [
    ...alsoIn,
    ...joins.flatMap((join) => [join.table, ...join.alsoIn]),
    ...lines.flatMap((line) => [line.table, ...line.alsoIn]),
  ]);
  return {
    drafts: drafts.map((draft) => withoutReferencesTo(lost, draft)),
    related: [...new Set(related)].filter((table) => !drafted.has(table)),
    codes,
    failures,
  };
}

/** What one table shows and another may need: codes for row types, forms for dates that are all zero. */
function memory(codes: Map<string, Map<string, readonly Literal[]>>): Pick<Drafting, "learn" | "dateForms"> {
  const byName = new Map<string, StoredForm>();
  const common: StoredForm[] = [];
  return {
    dateForms: { byName, common },
    learn(table, judged) {
      codes.set(table, new Map([...(codes.get(table) ?? []), ...judged.codes]));
      for (const [column, form] of judged.dateForms) {
        byName.set(column, form);
        if (common.length === 0) common.push(form);
      }
    },
  };
}

function whyNot({ kind, readable }: TableFacts): string | undefined {
  if (kind === "function") return "it is a function; its arguments have to be chosen, so bind it by hand";
  return readable ? undefined : "this account may not read it";
}

function distinctResource(facts: TableFacts, existing: ReadonlyMap<string, string>, found: readonly { readonly resource: string }[]): string {
  const known = existing.get(facts.name);
  if (known !== undefined) return known;
  const taken = new Set([...existing.values(), ...found.map(({ resource }) => resource)]);
  const wanted = resourceName(facts.name, facts.comment);
  for (let number = 2, name = wanted; ; number += 1) {
    if (!taken.has(name)) return name;
    name = `${wanted}_${number}`;
  }
}

/** A reference to a resource whose draft failed leads nowhere: the column is kept as it is. */
function withoutReferencesTo(lost: ReadonlySet<string>, draft: TableDraft): TableDraft {
  const kept = (field: DraftField): DraftField =>
    field.conversion.kind === "ref" && lost.has(field.conversion.resource)
      ? { ...field, conversion: { kind: "text", nullWhen: field.conversion.nullWhen } }
      : field;
  return { ...draft, fields: draft.fields.map(kept), lines: draft.lines.map((lines) => ({ ...lines, fields: lines.fields.map(kept) })) };
}
