/** Looks at one table: some of its rows, the codes of its columns, and whether what looks like a reference is one. */

import { Problem } from "#lib/problems.ts";
import type { ColumnFacts, TableFacts } from "../dialects/schema-reader.ts";
import { SourceTrouble } from "../dialects/trouble.ts";
import { type CodeTable, readWords } from "./code-tables.ts";
import { guessCodes } from "./guess/codes.ts";
import { referenceCandidates } from "./guess/references.ts";
import type { Schema } from "./guess/schema.ts";
import { mayLookAt } from "./judge-columns.ts";
import { countFound, countValues, type Looking, readSample, type Sample } from "./looking.ts";
import type { Reference, Seen } from "./seen.ts";
import { noValues, type Values, valuesOf } from "./values.ts";

export interface SeenTable extends Seen {
  readonly sample: Sample;
}

/** What went wrong in the ERP with one look, in its own words; undefined where nobody can go on. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Problem) || !(error.cause instanceof SourceTrouble)) return undefined;
  const { trouble, cause } = error.cause;
  if (trouble !== "drift" && trouble !== "timeout" && trouble !== "locked") return undefined;
  const said = cause instanceof Error ? cause.message : String(cause);
  return trouble === "drift" ? said : `${trouble}: ${said}`;
}

/** A look that may be refused, or take too long: then there is less to go by, and nothing else is lost. */
export async function attempt<T>(look: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return otherwise;
  }
}

export async function seeTable(
  looking: Looking,
  schema: Schema,
  codeTables: readonly CodeTable[],
  resources: ReadonlyMap<string, string>,
  table: TableFacts,
): Promise<SeenTable> {
  const columns = table.columns.filter(mayLookAt);
  const sample = await readSample(looking, table, columns);
  const common = sample.whole
    ? new Map<string, readonly string[]>()
    : await attempt(() => looking.reader.readCommonValues(looking.database, looking.schema, looking.tablePrefix + table.name), new Map());
  const values = new Map<string, Values>();
  for (const column of columns) {
    const seen = valuesOf(sample, column);
    values.set(column.name, sample.whole ? seen : await allCodes(looking, table, column, seen, common.get(column.name)));
  }
  const companies = new Map(
    columns.filter(({ name }) => schema.companyColumns.has(name)).map(({ name }) => [name, [...(values.get(name)?.counts.keys() ?? [])]]),
  );
  const references = new Map<string, Reference>();
  const words = new Map<string, ReadonlyMap<string, string>>();
  for (const column of columns) {
    const own = values.get(column.name) ?? noValues;
    const reference = await findReference(looking, schema, resources, { table, column, values: own, companies });
    if (reference !== undefined) references.set(column.name, reference);
    else if (guessCodes(column, own) !== undefined) {
      for (const codes of codeTables) {
        if (words.has(column.name) || codes.table === table.name) continue;
        const found = await attempt(() => readWords(looking, codes, column.name), new Map<string, string>());
        if (found.size > 0) words.set(column.name, found);
      }
    }
  }
  return { table, rows: sample.rows.length, whole: sample.whole, values, references, words, sample };
}

/** Codes that the rows looked at do not show: from more rows, and from the database's statistics. */
async function allCodes(looking: Looking, table: TableFacts, column: ColumnFacts, seen: Values, common: readonly string[] | undefined): Promise<Values> {
  if (guessCodes(column, seen) === undefined) return seen;
  const counted = await attempt(() => countValues(looking, table.name, column.name, 50), undefined);
  const counts = new Map(counted ?? seen.counts);
  for (const value of common ?? []) if (!counts.has(value.trimEnd())) counts.set(value.trimEnd(), seen.counts.get(value.trimEnd()) ?? 2);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return counted === undefined ? { ...seen, counts } : { ...seen, counts, rows: total + seen.nulls };
}

/** How many different values are looked up in another table's key. */
const lookedUp = 50;

/** A column, its values, and the companies of the rows looked at. */
interface Referring {
  readonly table: TableFacts;
  readonly column: ColumnFacts;
  readonly values: Values;
  readonly companies: ReadonlyMap<string, readonly string[]>;
}

/** The columns before `target` in an index, with their values; undefined where only reading a large table whole would tell. */
function leadingColumns(
  table: TableFacts | undefined,
  target: string,
  companies: ReadonlyMap<string, readonly string[]>,
  most: number,
): readonly (readonly [string, readonly string[]])[] | undefined {
  for (const { columns } of table?.indexes ?? []) {
    const before = columns.slice(0, Math.max(0, columns.indexOf(target)));
    const known = before.flatMap((column) => {
      const values = companies.get(column);
      return values === undefined || values.length === 0 ? [] : [[column, values] as const];
    });
    if (columns.includes(target) && known.length === before.length) return known;
  }
  return (table?.estimatedRows ?? 0) <= most ? [] : undefined;
}

/** Of several tables whose key fits equally well, the one that is a resource. */
async function findReference(
  looking: Looking,
  schema: Schema,
  resources: ReadonlyMap<string, string>,
  { table, column, values, companies }: Referring,
): Promise<Reference | undefined> {
  const lookUp = async (other: string, target: string, keys: readonly string[]): Promise<number> => {
    const leading = leadingColumns(schema.tables.get(other), target, companies, looking.rowsToConfirm);
    return leading === undefined ? 0 : attempt(() => countFound(looking, other, target, keys, leading), 0);
  };
  const filled = [...values.counts.keys()].filter((value) => value !== "" && value !== "0").slice(0, lookedUp);
  const asked = column.type === "integer" ? filled.filter((value) => /^-?\d+$/.test(value)) : filled;
  let best: { readonly reference: Reference; readonly share: number; readonly isResource: boolean } | undefined;
  let tried = 0;
  for (const { table: other, target, by, alsoIn } of referenceCandidates(schema, table, column)) {
    if (by === "declared") return { table: other, target, evidence: "a foreign key", declared: true };
    if (asked.length === 0) {
      if (by === "name" && best === undefined)
        best = {
          reference: { table: other, target, evidence: "its key has the same name; no value to compare", declared: false },
          share: 0,
          isResource: resources.has(other),
        };
      continue;
    }
    const isResource = resources.has(other);
    if (by === "values" && (asked.length < 3 || tried >= 8 || (best !== undefined && (best.isResource || !isResource)))) continue;
    if (by === "values") tried += 1;
    let found = await lookUp(other, target, asked);
    for (const archive of alsoIn) if (found < asked.length) found = Math.min(asked.length, found + (await lookUp(archive, target, asked)));
    const share = found / asked.length;
    if (share < (by === "name" ? 0.5 : 0.95)) continue;
    if (best !== undefined && (share < best.share || (share === best.share && best.isResource >= isResource))) continue;
    const evidence = `${found} of ${asked.length} different values are keys there${by === "name" ? " and the name is the same" : ""}`;
    best = { reference: { table: other, target, evidence, declared: false }, share, isResource };
    if (share === 1 && isResource) break;
  }
  return best?.reference;
}
