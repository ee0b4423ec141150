/** From a row's columns to a public object. */

import type { Known } from "#contract/json-writer.ts";
import type { AnyConversion, ChildRows, ColumnSource, Drift } from "../binding/conversion.ts";

/** Makes the object of a row. Values that do not fit are null; the contract's schema decides whether that may leave. */
export type RowReader = (row: readonly unknown[], drift: Drift) => Record<string, unknown>;

export interface ChildField {
  readonly name: string;
  /** Where the columns that tie the child rows to their parent stand in the parent's row. */
  readonly at: number;
  readonly rows: ChildRows;
}

export interface RowLayout {
  readonly read: RowReader;
  readonly columns: readonly ColumnSource[];
  readonly childFields: readonly ChildField[];
}

interface FieldReader {
  readonly name: string;
  readonly read: AnyConversion["read"];
  /** Where the conversion's first column stands in the row. */
  readonly at: number;
}

/** Lays out the columns of `names` from position `start`. The columns of `id`, where there is one, begin the row. */
export function layOut(fields: Readonly<Record<string, AnyConversion>>, names: readonly string[], start: number, id?: AnyConversion): RowLayout {
  const readers: FieldReader[] = id === undefined ? [] : [{ name: "id", read: id.read, at: 0 }];
  const childFields: ChildField[] = [];
  const columns: ColumnSource[] = [];
  for (const name of names) {
    const conversion = fields[name];
    if (conversion === undefined) continue; // `id`
    const at = start + columns.length;
    columns.push(...conversion.columns);
    if (conversion.children === undefined) readers.push({ name, read: conversion.read, at });
    else childFields.push({ name, at, rows: conversion.children });
  }
  return { read: rowReader(readers, childFields), columns, childFields };
}

function rowReader(readers: readonly FieldReader[], childFields: readonly ChildField[]): RowReader {
  // A copy has its shape from the start; an object that grows field by field takes twice as long, and longer to serialise.
  const blank: Readonly<Record<string, unknown>> = Object.fromEntries([...readers, ...childFields].map(({ name }) => [name, null]));
  return (row, drift) => {
    const item: Record<string, unknown> = { ...blank };
    for (const { name, read, at } of readers) item[name] = read(row, at, drift) ?? null;
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
