/** What is known of a resource's fields before any input is there: made once per resource and catalogue. */

import { jsonPointer } from "#lib/json.ts";
import { type AnyConversion, type Condition, trimEnd } from "../binding/conversion.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";
import { childRelation, columnInfo, type Relation, relationOf } from "../read/relation.ts";
import { type Fitter, fitterOf } from "./fit-column.ts";

/** What is known of one table's fields: made once per resource and catalogue. */
export type Level = ReadonlyMap<string, Field>;

export interface Field {
  readonly conversion: AnyConversion;
  /** From the object that holds it. */
  readonly pointer: string;
  /** Members that are written one by one: those that an input leaves out stay as they are. */
  readonly members?: Level;
  readonly rows?: Level;
  readonly infos: readonly ColumnInfo[];
  readonly targets: readonly Target[];
}

export interface Target {
  readonly column: string;
  readonly admit: Fitter;
  /** Of the binding's fixed conditions: a row with another value would be none of the resource's. */
  readonly allows: ((value: ErpValue) => boolean) | undefined;
  /** Where in the field's value it comes from, such as `/amount`. */
  readonly pointer: string;
}

export function planInput({ source, binding }: BoundResource, catalog: Catalog): Level {
  return planLevel(source, catalog, ownTables(relationOf(binding)), binding.fields, binding.where);
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
        pointer: jsonPointer([name]),
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
  return found === undefined ? "" : jsonPointer([found[0]]);
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
