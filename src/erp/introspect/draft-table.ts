/** Drafts one resource from a table: its fields, child rows, key, account, and what an index serves. */

import type { TableFacts } from "../dialects/schema-reader.ts";
import { accountCandidates, currencyThroughReference, hasCurrency, throughReferences } from "./accounts.ts";
import type { AccountCandidate, DraftJoin, TableDraft } from "./draft.ts";
import { archivesOf, type Drafting } from "./drafting.ts";
import { singular } from "./guess/public-names.ts";
import { isServed } from "./guess/served.ts";
import { judgeColumns } from "./judge-columns.ts";
import { findKey } from "./key.ts";
import { linesOf } from "./lines.ts";
import type { Judged } from "./seen.ts";

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
