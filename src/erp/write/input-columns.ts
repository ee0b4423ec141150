/** A partner's input as ERP columns: each value through the binding's own conversion, and checked against its column, before the ERP is touched. */

import type { ProblemError } from "#lib/problems.ts";
import { tooPrecise } from "../binding/conversions/writing.ts";
import type { BoundResource } from "../binding/source.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { Catalog } from "../dialects/dialect.ts";
import type { ColumnValues, Given } from "./command.ts";
import type { Unfit } from "./fit-column.ts";
import { type Field, type Level, planInput, type Target } from "./input-plan.ts";

export type InputColumns =
  | { readonly kind: "columns"; readonly columns: Given["columns"] }
  /** All that does not fit, with JSON pointers into the input. */
  | { readonly kind: "unfit"; readonly errors: readonly ProblemError[] };

/** What has been written so far of one row. */
interface Filled {
  readonly row: Record<string, ErpValue>;
  /** The pointer that each column comes from. */
  readonly from: Map<string, string>;
}

/** Derived from its keys alone, and gone with them. */
const levels = new WeakMap<BoundResource, WeakMap<Catalog, Level>>();

/**
 * Writes the members of `input` that are named like bound fields, those of child rows included; what it does not know is
 * the command's business. A partial input writes only what is there.
 */
export function inputColumns(resource: BoundResource, catalog: Catalog, input: Readonly<Record<string, unknown>>): InputColumns {
  const errors: ProblemError[] = [];
  const rows: Record<string, readonly ColumnValues[]> = {};
  const row = fill(levelOf(resource, catalog), input, "", errors, rows);
  return errors.length > 0 ? { kind: "unfit", errors } : { kind: "columns", columns: { row, rows } };
}

function levelOf(resource: BoundResource, catalog: Catalog): Level {
  const byCatalog = levels.get(resource) ?? new WeakMap<Catalog, Level>();
  levels.set(resource, byCatalog);
  let level = byCatalog.get(catalog);
  if (level === undefined) {
    level = planInput(resource, catalog);
    byCatalog.set(catalog, level);
  }
  return level;
}

function fill(
  level: Level,
  input: Readonly<Record<string, unknown>>,
  pointer: string,
  errors: ProblemError[],
  rows: Record<string, readonly ColumnValues[]>,
): ColumnValues {
  const filled: Filled = { row: {}, from: new Map() };
  fillMembers(level, input, pointer, filled, errors, rows);
  return filled.row;
}

function fillMembers(
  level: Level,
  input: Readonly<Record<string, unknown>>,
  pointer: string,
  filled: Filled,
  errors: ProblemError[],
  rows: Record<string, readonly ColumnValues[]>,
): void {
  for (const name of Object.keys(input)) {
    const field = level.get(name);
    const value = input[name];
    if (field === undefined || value === undefined) continue;
    const here = `${pointer}${field.pointer}`;
    if (field.rows !== undefined) {
      if (Array.isArray(value)) rows[name] = fillRows(field.rows, value, here, errors);
    } else if (field.members !== undefined && isRecord(value)) fillMembers(field.members, value, here, filled, errors, rows);
    else fillField(field, value, here, filled, errors);
  }
}

function fillRows(level: Level, values: readonly unknown[], pointer: string, errors: ProblemError[]): readonly ColumnValues[] {
  // Rows below child rows are checked; how they are written is the command's business.
  return values.map((value, index) => fill(level, isRecord(value) ? value : {}, `${pointer}/${index}`, errors, {}));
}

function fillField({ conversion, infos, targets }: Field, value: unknown, pointer: string, filled: Filled, errors: ProblemError[]): void {
  if (conversion.write === undefined) return;
  const written = conversion.write(value, infos);
  if (typeof written === "string") {
    errors.push({ pointer, code: written === tooPrecise ? "too-precise" : "not-storable", detail: written });
    return;
  }
  for (const [index, target] of targets.entries()) {
    const column = written[index];
    if (column === undefined) continue;
    const trouble = put(target, column, pointer, filled);
    if (trouble !== undefined) errors.push({ pointer: `${pointer}${target.pointer}`, code: trouble.code, detail: trouble.detail });
  }
}

function put(
  { column, admit, allows, pointer: part }: Target,
  value: ErpValue,
  pointer: string,
  { row, from }: Filled,
): Unfit | { readonly code: string; readonly detail: string } | undefined {
  const fitted = admit(value);
  if (fitted.kind === "unfit") return fitted;
  if (allows?.(fitted.value) === false) return { code: "not-storable", detail: "Is not possible here." };
  const earlier = from.get(column);
  if (earlier === undefined) {
    row[column] = fitted.value;
    from.set(column, `${pointer}${part}`);
  } else if (!isSame(row[column], fitted.value)) return { code: "contradiction", detail: `Must be the same as ${earlier}: both are stored as one.` };
  return undefined;
}

function isSame(left: ErpValue | undefined, right: ErpValue): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return left.length === right.length && left.every((byte, index) => byte === right[index]);
  return left === right || (left !== null && right !== null && String(left) === String(right));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
