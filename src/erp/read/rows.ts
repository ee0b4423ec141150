/** From a row's columns to a public object. */

import type { Known } from "#contract/certain.ts";
import type { AnyConversion, ChildRows, ColumnSource, Drift } from "../binding/conversion.ts";

/** A row, and the rows of each of its levels of child rows. */
export interface RowTree {
  readonly row: readonly unknown[];
  readonly levels: (readonly RowTree[])[];
}

/**
 * Makes the object of a row and its child rows. Values that do not fit are null; the contract's schema decides whether that
 * may leave. The paths of fields that are null go into `nulls`: where there are few, the schema need not look for them.
 */
export type TreeReader = (tree: RowTree, drift: Drift, nulls: Set<string>) => Record<string, unknown>;

export interface ChildField {
  readonly name: string;
  /** Where the columns that tie the child rows to their parent stand in the parent's row. */
  readonly at: number;
  readonly rows: ChildRows;
}

/** Where the values of fields stand in a row. */
export interface RowLayout {
  readonly values: readonly FieldReader[];
  readonly columns: readonly ColumnSource[];
  readonly childFields: readonly ChildField[];
}

export interface FieldReader {
  readonly name: string;
  readonly read: AnyConversion["read"];
  /** Where the conversion's first column stands in the row. */
  readonly at: number;
}

/** Lays out the columns of `names` from position `start`. The columns of `id`, where there is one, begin the row. */
export function layOut(fields: Readonly<Record<string, AnyConversion>>, names: readonly string[], start: number, id?: AnyConversion): RowLayout {
  const values: FieldReader[] = id === undefined ? [] : [{ name: "id", read: id.read, at: 0 }];
  const childFields: ChildField[] = [];
  const columns: ColumnSource[] = [];
  for (const name of names) {
    const conversion = fields[name];
    if (conversion === undefined) continue; // `id`
    const at = start + columns.length;
    columns.push(...conversion.columns);
    if (conversion.children === undefined) values.push({ name, read: conversion.read, at });
    else childFields.push({ name, at, rows: conversion.children });
  }
  return { values, columns, childFields };
}

/** `levels`: the fields of child rows, in the order in which trees have them. `within`: the path of the field that holds the rows, and a dot. */
export function treeReader(values: readonly FieldReader[], levels: readonly { readonly name: string; readonly read: TreeReader }[], within = ""): TreeReader {
  const fields = values.map((field) => ({ ...field, path: `${within}${field.name}` }));
  // A copy has its shape from the start; an object that grows field by field takes twice as long, and longer to serialise.
  const blank: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(Object.fromEntries([...values, ...levels].map(({ name }) => [name, null]))));
  return (tree, drift, nulls) => {
    const item: Record<string, unknown> = { ...blank };
    for (const { name, path, read, at } of fields) {
      const value = read(tree.row, at, drift);
      if (value === null || value === undefined) nulls.add(path);
      else item[name] = value;
    }
    for (const [index, { name, read }] of levels.entries()) item[name] = (tree.levels[index] ?? []).map((child) => read(child, drift, nulls));
    return item;
  };
}

/** What is certain of the values that are read, by field. */
export function knownOf(fields: Readonly<Record<string, AnyConversion>>): Readonly<Record<string, Known | undefined>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { yields, children }]): [string, Known | undefined] => [
      name,
      children === undefined ? yields : { kind: "list", of: { kind: "object", members: knownOf(children.fields), exact: true } },
    ]),
  );
}
