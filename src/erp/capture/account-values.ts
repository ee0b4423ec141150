/** Whose a row is, by the values of its account columns: the rule that narrows reads, the other way round. */

import type { AccountRule } from "../binding/account.ts";
import { isNull, trimEnd } from "../binding/conversion.ts";

/** Accounts as partners have them, each once. `of`: the value of a column. */
export function accountsOf(rule: AccountRule, of: (column: string) => unknown): readonly string[] | "everyone" {
  if (typeof rule === "string") return own(of(rule));
  switch (rule.kind) {
    case "shared":
      return "everyone";
    case "group":
      return own(of(rule.column)).map((account) => `${rule.group}:${account}`);
    case "shared-or-own": {
      const value = of(rule.column);
      const isShared = rule.shared.some((shared) => (isNull(shared) ? isNull(value) : !isNull(value) && textOf(shared) === textOf(value)));
      return isShared ? "everyone" : own(value);
    }
    case "any-of":
      return togetherOf(rule.rules.map((inner) => accountsOf(inner, of)));
  }
}

function togetherOf(all: readonly (readonly string[] | "everyone")[]): readonly string[] | "everyone" {
  const accounts = new Set<string>();
  for (const some of all) {
    if (some === "everyone") return "everyone";
    for (const account of some) accounts.add(account);
  }
  return [...accounts];
}

/** A blank account is nobody's; one with a colon would be taken for a group's. */
function own(value: unknown): readonly string[] {
  const text = isNull(value) ? "" : textOf(value);
  return text.trim() === "" || text.includes(":") ? [] : [text];
}

function textOf(value: unknown): string {
  return trimEnd(String(value));
}
