/** What Postgres plans for a statement, read from EXPLAIN. */

import { z } from "zod";
import type { ErpDatabase, Explaining, Plan, Scan, Statement } from "../dialect.ts";

interface Node {
  readonly "Node Type": string;
  readonly "Parent Relationship"?: string | undefined;
  readonly "Relation Name"?: string | undefined;
  readonly Alias?: string | undefined;
  readonly "Index Cond"?: string | undefined;
  readonly "Function Name"?: string | undefined;
  readonly Plans?: readonly Node[] | undefined;
}

const text = z.string().optional();
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Parent Relationship": text,
    "Relation Name": text,
    Alias: text,
    "Index Cond": text,
    "Function Name": text,
    Plans: z.array(node).optional(),
  }),
);
const explained = z.tuple([z.object({ Plan: node })]);

/**
 * Settings of the one transaction. Joins by nested loops show whether each step has an index; dear rows make an index
 * that finds few of them win over one that has the order; on a handful of rows the planner would take neither.
 */
const settings: Readonly<Record<Exclude<Explaining, "as-it-is">, string>> = {
  served:
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('cpu_tuple_cost', '100', true)",
  sorted:
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)",
};

export async function explainPostgres(database: ErpDatabase, statement: Statement, how: Explaining): Promise<Plan> {
  const explain: Statement = { text: `EXPLAIN (FORMAT JSON, COSTS OFF) ${statement.text}`, values: statement.values, unprepared: true };
  if (how === "as-it-is" || database.queryTogether === undefined) return planOf(await database.query(explain));
  const [, , rows = []] = await database.queryTogether([
    { text: "BEGIN TRANSACTION READ ONLY", values: [], unprepared: true },
    { text: settings[how], values: [], unprepared: true },
    explain,
    { text: "ROLLBACK", values: [], unprepared: true },
  ]);
  return planOf(rows);
}

/** `row`: the driver's text of the one row's one column. */
function planOf([row]: readonly (readonly unknown[])[]): Plan {
  const written: unknown = row?.[0];
  const [{ Plan: root }] = explained.parse(typeof written === "string" ? JSON.parse(written) : written);
  const scans: Scan[] = [];
  let sorts = false;
  const visit = (here: Node, perRow: boolean): void => {
    // An incremental sort orders rows that are in order already but for ties.
    if (here["Node Type"] === "Sort") sorts = true;
    const scan = scanOf(here, perRow);
    if (scan !== undefined) scans.push(scan);
    const children = here.Plans ?? [];
    const isLoop = here["Node Type"] === "Nested Loop";
    for (const child of children) visit(child, perRow || child["Parent Relationship"] === "SubPlan" || (isLoop && child["Parent Relationship"] === "Inner"));
  };
  visit(root, false);
  return { scans, sorts };
}

function scanOf(here: Node, perRow: boolean): Scan | undefined {
  const type = here["Node Type"];
  const alias = here.Alias ?? "";
  const table = here["Relation Name"] ?? alias;
  if (type === "Function Scan") return { table: here["Function Name"] ?? alias, access: "function", by: [], perRow };
  if (type === "Seq Scan") return { table, access: "whole", by: [], perRow };
  // A bitmap is made by the nodes below, which do not repeat the table.
  const conditions = type === "Bitmap Heap Scan" ? below(here) : /^Index (?:Only )?Scan$/.test(type) ? [here["Index Cond"] ?? ""] : undefined;
  return conditions && { table, access: "index", by: [...new Set(conditions.flatMap((condition) => columnsIn(condition, alias)))], perRow };
}

function below(here: Node): readonly string[] {
  return (here.Plans ?? []).flatMap((child) => [child["Index Cond"] ?? "", ...below(child)]);
}

/** Columns of the scanned table in an index condition: without a qualifier or with the table's own alias. */
function columnsIn(condition: string, alias: string): readonly string[] {
  const bare = condition.replaceAll(/'(?:[^']|'')*'/g, "''").replaceAll(/::(?:"[^"]+"|[a-z_ ]+)(?:\[\])?/g, " ");
  const found: string[] = [];
  for (const match of bare.matchAll(/(?:("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)\.)?("(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)/g)) {
    const [, qualifier, name = ""] = match;
    if (qualifier === undefined || plain(qualifier) === alias) found.push(plain(name));
  }
  return found;
}

function plain(identifier: string): string {
  return identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;
}
