/** Drafts one resource from a table: its fields, child rows, key, account, and what an index serves. */

import type { TableFacts } from "../dialects/schema-reader.ts";
import type { CodeTable } from "./code-tables.ts";
import type { AccountCandidate, DraftField, DraftJoin, DraftLines, TableDraft } from "./draft.ts";
import { nameHints } from "./guess/names.ts";
import { distinctNames, resourceName, singular } from "./guess/public-names.ts";
import { accountColumns, archiveCandidates, childCandidates, columnOf, customerTables, declaredKey, isServed, ownKey, type Schema } from "./guess/relations.ts";
import { type Judged, judgeColumns, type Surroundings } from "./judge-columns.ts";
import { findKey } from "./key.ts";
import { countShared, type Looking } from "./looking.ts";
import { attempt, type SeenTable, seeTable } from "./see-table.ts";
import { noValues, ofRows, percentage } from "./values.ts";

export interface Drafting {
  readonly looking: Looking;
  readonly schema: Schema;
  readonly codeTables: readonly CodeTable[];
  /** Resources by table: those of the project, and those asked for. */
  readonly resources: ReadonlyMap<string, string>;
  /** Looks at a table once, however often it is needed. */
  readonly see: (table: TableFacts) => Promise<SeenTable>;
  /** Takes note of the codes of a table's columns, and of the forms of its dates. */
  readonly learn: (table: string, judged: Judged) => void;
  readonly dateForms: Surroundings["dateForms"];
  readonly keyParts: ReadonlySet<string>;
}

/** A `see` that remembers. */
export function seeingOnce(looking: Looking, schema: Schema, codeTables: readonly CodeTable[], resources: ReadonlyMap<string, string>): Drafting["see"] {
  const seen = new Map<string, Promise<SeenTable>>();
  return (table) => {
    const known = seen.get(table.name) ?? seeTable(looking, schema, codeTables, resources, table);
    seen.set(table.name, known);
    return known;
  };
}

export async function draftTable(drafting: Drafting, table: TableFacts, resource: string): Promise<TableDraft> {
  const { schema, looking } = drafting;
  const seen = await drafting.see(table);
  const key = await findKey(looking, schema, seen);
  const joins: DraftJoin[] = [];
  const own = accountCandidates(schema, seen);
  const accounts = own.length > 0 ? own : await throughReferences(drafting, seen, joins);
  const joinedCurrency = hasCurrency(table) ? undefined : currencyThroughReference(drafting, seen, joins);
  const keyColumns = key.kind === "known" ? key.columns : [];
  const judged = judgeColumns(seen, {
    companyColumns: schema.companyColumns,
    key: keyColumns,
    without: new Set(keyColumns.length === 1 ? keyColumns : []),
    resources: drafting.resources,
    dateForms: drafting.dateForms,
    child: false,
    keyParts: drafting.keyParts,
    joinedCurrency,
  });
  drafting.learn(table.name, judged);
  const alsoIn = await archivesOf(drafting, table);
  const lines = await linesOf(drafting, seen, resource, alsoIn.length > 0, new Set(judged.fields.map((field) => field.name)));
  const used = joins.filter(({ alias }) => joinedCurrency?.startsWith(`${alias}.`) || accounts.some(({ column }) => column.startsWith(`${alias}.`)));
  return {
    table: table.name,
    comment: table.comment,
    resource,
    singular: singular(resource),
    rowsLookedAt: seen.rows,
    allRows: seen.whole,
    key,
    accounts,
    joins: used,
    alsoIn,
    where: judged.where,
    fields: judged.fields,
    lines: lines.map(({ lines: one }) => one),
    leftOut: [...judged.leftOut, ...lines.flatMap(({ leftOut }) => leftOut)],
    remarks: [],
    ...servedBy(table, judged, accounts, keyColumns),
  };
}

/** Columns that hold a customer's number, with what is known of them; a blank one says that the row is nobody's or everyone's. */
function accountCandidates(schema: Schema, seen: SeenTable): readonly AccountCandidate[] {
  const customers = new Set(customerTables(schema).map(({ name: customer }) => customer));
  const referring = [...seen.references].filter(([, { table }]) => customers.has(table)).map(([column]) => column);
  const named = accountColumns(schema, seen.table);
  return [...new Set([...named, ...referring])].map((column) => {
    const values = seen.values.get(column) ?? noValues;
    const reference = seen.references.get(column);
    const blank = values.counts.get("") ?? 0;
    const own = customers.has(seen.table.name) && ownKey(schema, seen.table).includes(column);
    const said = own ? "the customers' own key" : reference !== undefined && customers.has(reference.table) ? `a row of ${reference.table}` : "by its name";
    const shared = blank > 0 ? `; blank in ${percentage(blank, values.rows)}: everyone's, or nobody's?` : "";
    return { column, evidence: `${said}${shared}`, blank: blank > 0 };
  });
}

/** Tables that this one refers to and that know the customer: a shipment's order, a line's header. */
async function throughReferences(drafting: Drafting, seen: SeenTable, joins: DraftJoin[]): Promise<readonly AccountCandidate[]> {
  const { schema } = drafting;
  for (const [column, reference] of seen.references) {
    const other = schema.tables.get(reference.table);
    const [account] = other === undefined ? [] : accountColumns(schema, other);
    if (other === undefined || account === undefined || other.name === seen.table.name) continue;
    const join = joinTo(drafting, seen, column, joins, await archivesOf(drafting, other));
    return [{ column: `${join.alias}.${account}`, evidence: `over ${column}: ${other.name}.${account}`, blank: false }];
  }
  return [];
}

/** The currency of a row that every row refers to. */
function currencyThroughReference(drafting: Drafting, seen: SeenTable, joins: DraftJoin[]): string | undefined {
  for (const [column, reference] of seen.references) {
    const values = seen.values.get(column) ?? noValues;
    const always = values.nulls === 0 && !values.counts.has("") && !values.counts.has("0") && values.counts.size > 0;
    const other = drafting.schema.tables.get(reference.table);
    const currency = other?.columns.find(
      (candidate) => candidate.type === "text" && nameHints.currency(candidate.name) && (candidate.length ?? 9) <= 5 && candidate.readable,
    );
    if (!always || other === undefined || currency === undefined || !/\b(\d+) of \1 |foreign key/.test(reference.evidence)) continue;
    return `${joinTo(drafting, seen, column, joins, []).alias}.${currency.name}`;
  }
  return undefined;
}

function hasCurrency(table: TableFacts): boolean {
  return table.columns.some((column) => column.type === "text" && nameHints.currency(column.name) && (column.length ?? 9) <= 5);
}

function joinTo({ schema, resources }: Drafting, seen: SeenTable, column: string, joins: DraftJoin[], alsoIn: readonly string[]): DraftJoin {
  const reference = seen.references.get(column);
  const other = schema.tables.get(reference?.table ?? "");
  if (reference === undefined || other === undefined) throw new Error(`${column} refers to nothing`);
  const known = joins.find((join) => join.table === other.name && join.on.some(([, ours]) => ours === column));
  if (known !== undefined) return known;
  const companies = [...schema.companyColumns].filter((company) => columnOf(other, company) !== undefined && columnOf(seen.table, company) !== undefined);
  const inKey = companies.filter((company) => other.indexes.some((index) => index.unique && index.columns.includes(company)));
  const alias = singular(resources.get(other.name) ?? resourceName(other.name, other.comment));
  const join = { alias, table: other.name, alsoIn, on: [...inKey.map((company) => [company, company] as const), [reference.target, column] as const] };
  joins.push(join);
  return join;
}

/** Tables of the same shape, none of whose keys is in this one: rows that were moved there. */
async function archivesOf({ looking, schema }: Drafting, table: TableFacts): Promise<readonly string[]> {
  const found: string[] = [];
  for (const archive of archiveCandidates(schema, table)) {
    const key = declaredKey(table) ?? [];
    if (key.length === 0) continue;
    const shared = await attempt(
      () =>
        countShared(
          looking,
          archive,
          table.name,
          key.map((column) => [column, column]),
        ),
      { asked: 0, found: 0 },
    );
    if (shared.asked > 0 && shared.found <= 0.1 * shared.asked) found.push(archive);
  }
  return found;
}

interface FoundLines {
  readonly lines: DraftLines;
  readonly leftOut: TableDraft["leftOut"];
}

async function linesOf(drafting: Drafting, parent: SeenTable, resource: string, archived: boolean, taken: ReadonlySet<string>): Promise<readonly FoundLines[]> {
  const { schema } = drafting;
  const found: FoundLines[] = [];
  const distinct = distinctNames();
  for (const field of ["id", ...taken]) distinct(field);
  for (const { table, on, rest, by } of childCandidates(schema, parent.table)) {
    const child = schema.tables.get(table);
    if (child === undefined) continue;
    const seen = await attempt<SeenTable | undefined>(() => drafting.see(child), undefined);
    if (seen === undefined || seen.rows === 0 || (by === "name" && !(await belongs(drafting, parent.table, seen, on)))) continue;
    const judged = judgeColumns(seen, {
      companyColumns: new Set(),
      key: rest,
      without: new Set(on.map(([column]) => column)),
      resources: drafting.resources,
      dateForms: drafting.dateForms,
      child: true,
      keyParts: drafting.keyParts,
      joinedCurrency: undefined,
    });
    drafting.learn(table, judged);
    if (judged.fields.length === 0) continue;
    const tie = on
      .filter(([column]) => !schema.companyColumns.has(column))
      .map(([column]) => column)
      .join(", ");
    found.push({
      lines: {
        name: distinct(linesName(child, resource)),
        table,
        alsoIn: archived ? await archivesOf(drafting, child) : [],
        on,
        fields: judged.fields.map(withoutCurrencyObject),
        where: judged.where,
        sort: rest,
        guess:
          by === "declared"
            ? `a foreign key ties it`
            : `its key is ${tie} and ${rest.join(", ")}; ${ofRows(seen.rows, { ...noValues, rows: seen.rows, whole: seen.whole })}`,
      },
      leftOut: judged.leftOut.filter(({ why }) => why !== "fixed"),
    });
  }
  return found;
}

/** Lines have the currency of their header: their amounts are plain decimals unless they carry one of their own. */
function withoutCurrencyObject(field: DraftField): DraftField {
  return field.conversion.kind === "money" && field.conversion.currency.includes(".")
    ? { ...field, conversion: { ...field.conversion, kind: "decimal" } }
    : field;
}

function linesName(child: TableFacts, resource: string): string {
  const wanted = resourceName(child.name, child.comment);
  const prefix = `${singular(resource)}_`;
  return wanted.startsWith(prefix) && wanted.length > prefix.length ? wanted.slice(prefix.length) : wanted;
}

/** Rows of the other table name rows of this one: else the shared name is an accident, or these are an archive's lines. */
async function belongs({ looking }: Drafting, parent: TableFacts, child: SeenTable, on: DraftLines["on"]): Promise<boolean> {
  const { asked, found } = await attempt(() => countShared(looking, child.table.name, parent.name, on), { asked: 0, found: 0 });
  return asked > 0 && found >= 0.5 * asked;
}

/** Filters and sorts that an index serves, given the columns by which every statement is narrowed. */
function servedBy(
  table: TableFacts,
  judged: Judged,
  accounts: readonly AccountCandidate[],
  key: readonly string[],
): Pick<TableDraft, "filters" | "sorts" | "unserved"> {
  const fixed = new Set<string>(judged.where.filter(({ condition }) => condition.kind !== "not").map(({ column }) => column));
  const [account] = accounts;
  if (account !== undefined && !account.column.includes(".")) fixed.add(account.column);
  const filters: string[] = [];
  const sorts: string[] = [];
  const unserved: string[] = [];
  const [first] = key;
  if (first !== undefined && isServed(table.indexes, fixed, first)) sorts.push("id");
  for (const { name: field, column, conversion } of judged.fields) {
    if (conversion.kind === "text" && conversion.encoding !== undefined) continue;
    const path = conversion.kind === "money" ? `${field}.amount` : field;
    if (!isServed(table.indexes, fixed, column)) {
      unserved.push(path);
      continue;
    }
    filters.push(path);
    if (
      conversion.kind === "date" ||
      conversion.kind === "dateTime" ||
      conversion.kind === "integer" ||
      conversion.kind === "decimal" ||
      conversion.kind === "money"
    )
      sorts.push(path);
  }
  return { filters, sorts, unserved };
}
