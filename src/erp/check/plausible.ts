/** Values that a column, an account and a filter could have: enough to have statements planned, never to find anything. */

import type { Contract, FilterOperator } from "#contract/contract.ts";
import { schemaAt, valueKind } from "#contract/model.ts";
import type { AccountRule } from "../binding/account.ts";
import { encodeId } from "../binding/id.ts";
import type { ColumnInfo } from "../dialects/dialect.ts";

/** As the driver would give it. */
export function plausibleValue({ type, sqlType }: ColumnInfo): string | number | boolean {
  switch (type) {
    case "integer":
      return 1;
    case "decimal":
    case "float":
      return "1";
    case "boolean":
      return true;
    case "date":
      return "2026-01-31";
    case "timestamp":
      return "2026-01-31 00:00:00";
    case "text":
      return "A";
    default:
      return sqlType === "uuid" ? "00000000-0000-4000-8000-000000000000" : "1";
  }
}

/** One account of a caller, which each account column of the rule is compared with; in a group's columns, one of the group. */
export function accountsFor(rule: AccountRule, accountIn: (column: string) => unknown): readonly string[] {
  if (typeof rule === "string") return [String(accountIn(rule))];
  if (rule.kind === "shared") return [];
  if (rule.kind === "any-of") {
    const found = rule.rules.flatMap((inner) => accountsFor(inner, accountIn));
    const [plain, ...groups] = [found.find((account) => !account.includes(":")), ...found.filter((account) => account.includes(":"))];
    return plain === undefined ? groups : [plain, ...groups];
  }
  const value = String(accountIn(rule.column));
  return [rule.kind === "group" ? `${rule.group}:${value}` : value];
}

/**
 * Public values to try a filter with, best first; which of them the ERP's columns can hold shows only in the statement.
 * Ranges reach for the ends, where few rows are: that is where an index is worth most.
 */
export function plausibleFilterValues(contract: Contract, path: string, operator: FilterOperator, columns: readonly ColumnInfo[]): readonly string[] {
  const schema = schemaAt(contract.model, path);
  const kind = schema && valueKind(schema);
  const late = operator === "gt" || operator === "gte";
  switch (kind?.kind) {
    case "choice":
      return kind.values;
    case "boolean":
      return ["true", "false"];
    case "integer":
      return late ? ["99999", "999", "99", "1"] : operator === "eq" ? ["7", "1"] : ["-99999", "-99", "0", "1"];
    case "decimal":
      return late ? ["99999.00", "999.00", "9.00", "1"] : operator === "eq" ? ["7.00", "1"] : ["-99999.00", "-9.00", "0", "1"];
    case "date":
      return [late ? "2098-12-31" : operator === "eq" ? "2026-01-31" : "1971-01-01", "2026-01-31"];
    case "date-time":
      return [late ? "2098-12-31T12:00:00Z" : operator === "eq" ? "2026-01-31T12:00:00Z" : "1971-01-02T12:00:00Z", "2026-01-31T12:00:00Z"];
    default:
      return [encodeId(columns.map(plausibleValue)), "A1", "1", "a", "2026-01-31"];
  }
}
