/** Whose rows a table has, and in which currency: on the row itself, or on a row it refers to. */

import type { TableFacts } from "../dialects/schema-reader.ts";
import type { AccountCandidate, DraftJoin } from "./draft.ts";
import { archivesOf, type Drafting } from "./drafting.ts";
import { nameHints } from "./guess/names.ts";
import { resourceName, singular } from "./guess/public-names.ts";
import { accountColumns, customerTables } from "./guess/references.ts";
import { columnOf, ownKey, type Schema } from "./guess/schema.ts";
import type { SeenTable } from "./see-table.ts";
import { noValues, percentage } from "./values.ts";

/** Columns that hold a customer's number, with what is known of them; a blank one says that the row is nobody's or everyone's. */
export function accountCandidates(schema: Schema, seen: SeenTable): readonly AccountCandidate[] {
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
export async function throughReferences(drafting: Drafting, seen: SeenTable, joins: DraftJoin[]): Promise<readonly AccountCandidate[]> {
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
export function currencyThroughReference(drafting: Drafting, seen: SeenTable, joins: DraftJoin[]): string | undefined {
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

export function hasCurrency(table: TableFacts): boolean {
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
