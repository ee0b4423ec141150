/** A partner's input as ERP columns: each value through the binding's own conversion, and checked against its column, before the ERP is touched. */

import type { ProblemError } from "#lib/problems.ts";
import { type AnyConversion, type Condition, trimEnd } from "../binding/conversion.ts";
import { tooPrecise } from "../binding/conversions/writing.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";
import { childRelation, columnInfo, type Relation, relationOf } from "../read/relation.ts";
import type { ColumnValues, Given } from "./command.ts";
import { type Fitter, fitterOf, type Unfit } from "./fit-column.ts";

export type InputColumns =
  | { readonly kind: "columns"; readonly columns: Given["columns"] }
  /** All that does not fit, with JSON pointers into the input. */
  | { readonly kind: "unfit"; readonly errors: readonly ProblemError[] };

/** What is known of one table's fields: made once per resource and catalogue. */
type Level = ReadonlyMap<string, Field>;

interface Field {
  readonly conversion: AnyConversion;
  /** Members that are written one by one: those that an input leaves out stay as they are. */
  readonly members?: Level;
  readonly rows?: Level;
  readonly infos: readonly ColumnInfo[];
  readonly targets: readonly Target[];
}

interface Target {
  readonly column: string;
  readonly admit: Fitter;
  /** Of the binding's fixed conditions: a row with another value would be none of the resource's. */
  readonly allows: ((value: ErpValue) => boolean) | undefined;
  /** Where in the field's value it comes from, such as `/amount`. */
  readonly pointer: string;
}

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
    level = planLevel(resource.source, catalog, ownTables(relationOf(resource.binding)), resource.binding.fields, resource.binding.where);
    byCatalog.set(catalog, level);
  }
  return level;
}

/** Archives are read only, and a row that is written is there: neither makes a column nullable. */
function ownTables(relation: Relation): Relation {
  const joins = Object.fromEntries(Object.entries(relation.joins).map(([alias, { table, on }]) => [alias, { table, on }]));
  return { ...relation, alsoIn: [], joins };
}

type Where = Readonly<Record<string, Condition>>;

function planLevel(source: SourceDeclaration, catalog: Catalog, relation: Relation, fields: Readonly<Record<string, AnyConversion>>, where: Where): Level {
  return new Map(
    Object.entries(fields).map(([name, conversion]) => {
      const columns = conversion.columns.filter((column) => typeof column === "string");
      const infos = columns.map((column) => columnInfo(source, relation, catalog, column));
      const members = conversion.kind === "group" ? conversion.parts : undefined;
      const { children } = conversion;
      const field: Field = {
        conversion,
        infos,
        targets: columns.map((column, index) => ({
          column,
          admit: fitterOf(infos[index] ?? { type: "other", nullable: true, sqlType: "" }),
          allows: allowedBy(where[column]),
          pointer: partAt(conversion, index),
        })),
        ...(members !== undefined && {
          members: planLevel(source, catalog, relation, Object.fromEntries(Object.entries(members).map(([key, part]) => [key, part.conversion])), where),
        }),
        ...(children !== undefined && { rows: planLevel(source, catalog, ownTables(childRelation(children)), children.fields, children.where) }),
      };
      return [name, field];
    }),
  );
}

/** The member of a compound value that a column holds. */
function partAt({ kind, parts = {} }: AnyConversion, column: number): string {
  if (kind === "group") return "";
  const found = Object.entries(parts).find(([, { conversion, offset }]) => column >= offset && column < offset + conversion.columns.length);
  return found === undefined ? "" : pointerTo("", found[0]);
}

function allowedBy(condition: Condition | undefined): Target["allows"] {
  if (condition === undefined) return undefined;
  const not = typeof condition === "object" && condition !== null && "not" in condition;
  const named: ErpValue | readonly ErpValue[] = not ? condition.not : condition;
  const values = new Set((isList(named) ? named : [named]).map(spelling));
  return (value) => values.has(spelling(value)) !== not;
}

function isList(value: ErpValue | readonly ErpValue[]): value is readonly ErpValue[] {
  return Array.isArray(value);
}

function spelling(value: ErpValue): string | null {
  return value === null ? null : trimEnd(String(value));
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
    const here = pointerTo(pointer, name);
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

/** The JSON pointer of a member (RFC 6901, section 3). */
export function pointerTo(pointer: string, name: string): string {
  return `${pointer}/${escaped(name)}`;
}

function escaped(name: string): string {
  return name.includes("~") || name.includes("/") ? name.replaceAll("~", "~0").replaceAll("/", "~1") : name;
}
