/** Child rows: tables whose rows belong to rows of the drafted one. */

import type { TableFacts } from "../dialects/schema-reader.ts";
import type { DraftField, DraftLines, TableDraft } from "./draft.ts";
import { archivesOf, type Drafting } from "./drafting.ts";
import { childCandidates } from "./guess/children.ts";
import { distinctNames, resourceName, singular } from "./guess/public-names.ts";
import { judgeColumns } from "./judge-columns.ts";
import { countShared } from "./looking.ts";
import { attempt, type SeenTable } from "./see-table.ts";
import { noValues, ofRows } from "./values.ts";

interface FoundLines {
  readonly lines: DraftLines;
  readonly leftOut: TableDraft["leftOut"];
}

export async function linesOf(
  drafting: Drafting,
  parent: SeenTable,
  resource: string,
  archived: boolean,
  taken: ReadonlySet<string>,
): Promise<readonly FoundLines[]> {
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
