/** Reads a level of child rows for all parents of a page in one statement, and the levels below it. */

import { isNull, trimEnd } from "../binding/conversion.ts";
import type { ErpDatabase, Rows } from "../dialects/dialect.ts";
import { readTogether } from "../dialects/read-together.ts";
import { type ChildPlan, type StatementContext, statementsFor } from "./child-statements.ts";
import type { RowTree } from "./rows.ts";

export interface ReadContext extends StatementContext {
  readonly database: ErpDatabase;
}

/**
 * Adds the rows of all `plans`, levels beside one another, to their parents' trees; returns the raw rows for digests.
 * `read`: the rows of these levels, where they have been read already.
 */
export async function readChildren(
  context: ReadContext,
  plans: readonly ChildPlan[],
  parents: readonly RowTree[],
  read?: readonly Rows[],
): Promise<readonly unknown[]> {
  if (plans.length === 0 || parents.length === 0) return [];
  const levels = read ?? (await readTogether(context.database, statementsFor(context, plans, parents)));
  const digest: unknown[] = [levels];
  for (const [index, plan] of plans.entries()) {
    const here = attach(plan, parents, levels[index] ?? []);
    digest.push(await readChildren(context, plan.below, here));
  }
  return digest;
}

/** Puts each row where it belongs, and returns the rows as parents of the level below. */
function attach(plan: ChildPlan, parents: readonly RowTree[], rows: Rows): readonly RowTree[] {
  // Columns that are the same for all parents, such as a company, tell no child where it belongs.
  const ties = plan.children.on.flatMap((_, index) => {
    const at = plan.parentAt + index;
    return parents.length > 1 && parents.every(({ row }) => row[at] === parents[0]?.row[at]) ? [] : [index];
  });
  const byTie = new Map<string, RowTree[]>();
  for (const { row, levels } of parents) {
    const tie = tieOf(row, plan.parentAt, ties);
    const trees = byTie.get(tie) ?? [];
    byTie.set(tie, trees);
    levels.push(trees);
  }
  const here: RowTree[] = [];
  let before: readonly unknown[] | undefined;
  let trees: RowTree[] | undefined;
  for (const row of rows) {
    // Rows come in the order of their ties.
    if (before === undefined || differ(row, before, ties)) {
      const tie = tieOf(row, 0, ties);
      trees = byTie.get(tie) ?? alike(byTie, tie);
    }
    before = row;
    if (trees === undefined) continue; // ties to no parent: a value that only differs beyond its padding
    const tree: RowTree = { row, levels: plan.below.length === 0 ? none : [] };
    trees.push(tree);
    here.push(tree);
  }
  return here;
}

function differ(row: readonly unknown[], before: readonly unknown[], ties: readonly number[]): boolean {
  for (const index of ties) if (row[index] !== before[index]) return true;
  return false;
}

/** Rows of the last level have none below them. */
const none: RowTree["levels"] = [];

/** CHAR columns of different widths hold the same key with different padding. */
function tieOf(row: readonly unknown[], at: number, ties: readonly number[]): string {
  const [only = 0] = ties;
  if (ties.length === 1) return tiePart(row[at + only]);
  let tie = "";
  for (const index of ties) tie += `${tiePart(row[at + index])}\u0000`;
  return tie;
}

/** Under a case-insensitive collation a child may spell its parent's key in another case, or without its accents. */
function alike<T>(byTie: ReadonlyMap<string, T>, tie: string): T | undefined {
  const look = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toUpperCase();
  for (const [key, value] of byTie) if (look(key) === look(tie)) return value;
  return undefined;
}

/** NULL ties to nothing, not even to a child whose key reads "null". */
function tiePart(value: unknown): string {
  return isNull(value) ? "\u0001" : trimEnd(String(value));
}
