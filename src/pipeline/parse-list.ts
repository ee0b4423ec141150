/** Parses a list's query parameters against its contract; whatever it does not promise is named in a 400. */

import { type Contract, type FilterOperator, filterOperators } from "#contract/contract.ts";
import { type Filter, type ListQuery, pageLimit, type Sort } from "#contract/list-query.ts";
import { schemaAt, valueKind } from "#contract/model.ts";
import { expandable } from "#contract/response-schema.ts";
import type { ProblemError } from "#lib/problems.ts";
import { filterValue } from "./filter-value.ts";
import { refuseAll } from "./parameter-reader.ts";
import { parseFields } from "./parse-fields.ts";

const maxFilterValues = 100;

export interface ListRequest {
  readonly query: ListQuery;
  readonly cursor: string | undefined;
  /** The query without limit and cursor in one normal form: what a cursor is bound to. */
  readonly fingerprint: string;
}

export type ListParser = (contract: Contract, parameters: ReadonlyMap<string, string>, visible: readonly string[]) => ListRequest;

/** Queries that are remembered for each set of visible fields. */
const maxQueries = 100;

/** Remembers what queries mean: clients repeat theirs, and the pages of a list differ in the cursor alone. */
export function listParser(): ListParser {
  const byVisible = new WeakMap<readonly string[], Map<string, ListRequest>>();
  return (contract, parameters, visible) => {
    const known = byVisible.get(visible) ?? new Map<string, ListRequest>();
    byVisible.set(visible, known);
    let asked = contract.name;
    for (const [name, value] of parameters) if (name !== "cursor") asked += `\u0000${name}\u0000${value}`; // no parameter holds NUL
    const found = known.get(asked) ?? parseList(contract, parameters, visible);
    if (known.size >= maxQueries) known.clear();
    known.set(asked, found);
    return { ...found, cursor: parameters.get("cursor") };
  };
}

export function parseList(contract: Contract, parameters: ReadonlyMap<string, string>, visible: readonly string[]): ListRequest {
  const errors: ProblemError[] = [];
  const isVisible = (path: string): boolean => visible.includes(path.split(".")[0] ?? "");
  const filterable = (contract.reads.list?.filter ?? []).filter(isVisible);
  const sortable = (contract.reads.list?.sort ?? []).filter(isVisible);
  const filters: Filter[] = [];
  let sort: readonly Sort[] = [];
  let limit: number = pageLimit.default;
  let cursor: string | undefined;

  const expand = parseNames(contract, parameters, "expand", expandable(contract).filter(isVisible), errors);
  const chosen = parseFields(parameters, visible, errors);
  for (const [parameter, value] of parameters) {
    if (parameter === "fields" || parameter === "expand") continue;
    if (parameter === "limit") limit = parseLimit(value, errors);
    else if (parameter === "cursor") cursor = value;
    else if (parameter === "sort") sort = parseSort(value, sortable, errors);
    else parseFilter(contract, parameter, value, filterable, filters, errors);
  }
  refuseAll(errors);
  const left = expandable(contract);
  const fields = chosen ?? visible.filter((field) => !left.includes(field) || expand.includes(field));
  const withExpanded = [...fields, ...expand.filter((field) => !fields.includes(field))];
  const normal = [filters.map((f) => [f.path, f.operator, [...f.values].sort()]).sort(), sort, [...withExpanded].sort()];
  return { query: { filters, sort, limit, fields: withExpanded }, cursor, fingerprint: JSON.stringify(normal) };
}

function parseLimit(value: string, errors: ProblemError[]): number {
  const limit = /^[1-9]\d{0,2}$/.test(value) ? Number(value) : 0;
  if (limit >= 1 && limit <= pageLimit.max) return limit;
  errors.push({ parameter: "limit", code: "invalid-value", detail: `limit is a whole number from 1 to ${pageLimit.max}.` });
  return pageLimit.default;
}

function parseNames(
  contract: Contract,
  parameters: ReadonlyMap<string, string>,
  parameter: string,
  allowed: readonly string[],
  errors: ProblemError[],
): readonly string[] {
  const value = parameters.get(parameter);
  if (value === undefined) return [];
  const names = [...new Set(value.split(","))];
  for (const name of names) {
    if (allowed.includes(name)) continue;
    const detail = allowed.length === 0 ? `${contract.name} have nothing to expand.` : `${parameter} takes ${allowed.join(", ")}.`;
    errors.push({ parameter, code: "unknown-value", detail });
    return [];
  }
  return names;
}

function parseSort(value: string, sortable: readonly string[], errors: ProblemError[]): readonly Sort[] {
  const sort = value.split(",").map((name) => (name.startsWith("-") ? { path: name.slice(1), descending: true } : { path: name, descending: false }));
  const paths = new Set(sort.map(({ path }) => path));
  if (paths.size === sort.length && sort.every(({ path }) => sortable.includes(path))) return sort;
  const detail = sortable.length === 0 ? "This list cannot be sorted." : `sort takes ${sortable.join(", ")}, each once, with a leading - for descending order.`;
  errors.push({ parameter: "sort", code: "unknown-value", detail });
  return [];
}

const operatorPattern = /^([a-z][a-z0-9_.]*)(?:\[([a-z]+)\])?$/;

function parseFilter(contract: Contract, parameter: string, value: string, filterable: readonly string[], filters: Filter[], errors: ProblemError[]): void {
  const match = operatorPattern.exec(parameter);
  const path = match?.[1] ?? "";
  const schema = filterable.includes(path) ? schemaAt(contract.model, path) : undefined;
  const kind = schema && valueKind(schema);
  if (kind === undefined) {
    const allowed = [
      "limit",
      "cursor",
      "fields",
      ...(contract.reads.list?.sort ? ["sort"] : []),
      ...(expandable(contract).length > 0 ? ["expand"] : []),
      ...filterable,
    ];
    errors.push({ parameter: parameter.slice(0, 100), code: "unknown-parameter", detail: `Not a parameter of this list. It takes ${allowed.join(", ")}.` });
    return;
  }
  const operators = filterOperators(contract, path);
  const operator = operators.find((known): known is FilterOperator => known === (match?.[2] ?? "eq"));
  if (operator === undefined || match?.[2] === "eq") {
    const ranges = operators.filter((known) => known !== "eq");
    const detail =
      ranges.length === 0
        ? `${path} takes no operator: ${path}=value, or several values with commas.`
        : `${path} takes the operators ${ranges.map((known) => `[${known}]`).join(", ")}, or none for equality.`;
    errors.push({ parameter, code: "unknown-operator", detail });
    return;
  }
  const given = operator === "eq" ? splitList(value) : [value];
  if (given.length > maxFilterValues) {
    errors.push({ parameter, code: "too-many-values", detail: `At most ${maxFilterValues} values.` });
    return;
  }
  const values: string[] = [];
  for (const one of given) {
    const checked = filterValue(kind, one);
    if ("expected" in checked) {
      errors.push({ parameter, code: "invalid-value", detail: `${path} takes ${checked.expected}.` });
      return;
    }
    values.push(checked.value);
  }
  filters.push({ path, operator, values: [...new Set(values)] });
}

/** Splits at commas; `\,` is a comma and `\\` a backslash inside a value. */
function splitList(value: string): readonly string[] {
  if (!value.includes("\\")) return value.split(",");
  const parts = [""];
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (char === ",") parts.push("");
    else if (char === "\\" && /[,\\]/.test(value.charAt(at + 1))) {
      at += 1;
      parts[parts.length - 1] += value.charAt(at);
    } else parts[parts.length - 1] += char;
  }
  return parts;
}
