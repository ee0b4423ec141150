/** Public values by the contract's own words: read at a path, compared by kind, written as a query parameter. */
import type { Contract, FilterOperator } from "#contract/contract.ts";
import { schemaAt, type ValueKind, valueKind } from "#contract/model.ts";

export type Row = Readonly<Record<string, unknown>>;

export function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function idOf(row: Row): string {
  return String(row["id"]);
}

/** The value at `field` or `field.member`; null where something on the way is null. */
export function valueAt(row: Row, path: string): unknown {
  let here: unknown = row;
  for (const name of path.split(".")) here = isRow(here) ? (here[name] ?? null) : null;
  return here;
}

export function kindAt(contract: Contract, path: string): ValueKind {
  const schema = schemaAt(contract.model, path);
  const kind = schema && valueKind(schema);
  if (kind === undefined) throw new Error(`${contract.name}.${path} is no single value`);
  return kind;
}

/** Negative, zero or positive. Neither value may be null. */
export function compare(kind: ValueKind, left: unknown, right: unknown): number {
  switch (kind.kind) {
    case "integer":
      return Number(left) - Number(right);
    case "decimal": {
      const difference = scaled(String(left)) - scaled(String(right));
      return difference < 0n ? -1 : difference > 0n ? 1 : 0;
    }
    case "date-time":
      return Date.parse(String(left)) - Date.parse(String(right));
    default:
      return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
  }
}

/** A decimal text times 10^12. */
function scaled(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + fraction.padEnd(12, "0").slice(0, 12));
  return text.startsWith("-") ? -value : value;
}

/** Whether a row's value satisfies a filter, by the contract's words: null satisfies none. */
export function satisfies(kind: ValueKind, operator: FilterOperator, value: unknown, wanted: string): boolean {
  if (value === null || value === undefined) return false;
  const difference = compare(kind, value, wanted);
  switch (operator) {
    case "eq":
      return difference === 0;
    case "gt":
      return difference > 0;
    case "gte":
      return difference >= 0;
    case "lt":
      return difference < 0;
    case "lte":
      return difference <= 0;
  }
}

/** One member of a comma-separated list of values. */
export function listed(value: string): string {
  return value.replace(/[\\,]/g, (char) => `\\${char}`);
}

export function query(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
}
