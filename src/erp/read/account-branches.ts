/** Splits account narrowing into disjoint conditions, so that an index on account and sort columns serves each in order. */

import type { AccountRule } from "../binding/account.ts";
import { type Sql, sql } from "../binding/sql.ts";
import { accountSql, type Operand } from "./compare.ts";

/** Beyond this many, one statement that sorts is no worse than so many that do not. */
const maxBranches = 16;

/**
 * `account = 'A' OR account = 'B'` makes a database sort all of the caller's rows for every page; a union of one ordered
 * read per account reads a page's worth of each. No row can be in two branches. One branch: there is nothing to split.
 */
export function accountBranches(rule: AccountRule, accounts: readonly string[], operand: (column: string) => Operand): readonly Sql[] {
  const branches = branchesOf(rule, accounts, operand);
  return branches.length > 0 && branches.length <= maxBranches ? branches : [accountSql(rule, accounts, operand)];
}

function branchesOf(rule: AccountRule, accounts: readonly string[], operand: (column: string) => Operand): readonly Sql[] {
  const whole = [accountSql(rule, accounts, operand)];
  if (typeof rule === "string" || rule.kind === "group") {
    // Where the database takes spellings for the same, two branches could hold the same row.
    const spellings = new Set(accounts.map((account) => account.trim().toLowerCase()));
    if (accounts.length < 2 || spellings.size < accounts.length) return whole;
    return accounts.map((account) => accountSql(rule, [account], operand)).filter((branch) => !isNever(branch));
  }
  if (rule.kind !== "any-of") return whole;
  return rule.rules.flatMap((inner, index) => {
    const earlier = rule.rules.slice(0, index);
    const branches = branchesOf(inner, accounts, operand);
    if (earlier.length === 0) return branches;
    const taken = accountSql({ kind: "any-of", rules: earlier }, accounts, operand);
    return branches.map((branch) => sql`(${branch} AND (${taken}) IS NOT TRUE)`);
  });
}

/** The account is of another group, or blank. */
function isNever({ parts: [first, ...more] }: Sql): boolean {
  return more.length === 0 && first?.kind === "text" && first.text === "FALSE";
}
