/** From a row's columns to a public object. */

import type { AnyConversion, ChildRows, ColumnSource, Drift } from "../binding/conversion.ts";

export interface FieldReader {
  readonly name: string;
  readonly read: AnyConversion["read"];
  /** Where the conversion's first column stands in the row. */
  readonly at: number;
}

export interface ChildField {
  readonly name: string;
  readonly at: number;
  readonly rows: ChildRows;
}

/** Lays out the columns of `names` from position `start`. */
export function fieldReaders(
  fields: Readonly<Record<string, AnyConversion>>,
  names: readonly string[],
  start: number,
): { readonly readers: readonly FieldReader[]; readonly columns: readonly ColumnSource[]; readonly childFields: readonly ChildField[] } {
  const readers: FieldReader[] = [];
  const childFields: ChildField[] = [];
  const columns: ColumnSource[] = [];
  for (const name of names) {
    const conversion = fields[name];
    if (conversion === undefined) continue; // `id`, which comes from the key
    const at = start + columns.length;
    columns.push(...conversion.columns);
    if (conversion.children === undefined) readers.push({ name, read: conversion.read, at });
    else childFields.push({ name, at, rows: conversion.children });
  }
  return { readers, columns, childFields };
}

/** Values that do not fit are null here; the contract's schema decides whether that may leave. */
export function readFields(
  readers: readonly FieldReader[],
  row: readonly unknown[],
  drift: Drift,
  item: Record<string, unknown> = {},
): Record<string, unknown> {
  for (const { name, read, at } of readers) item[name] = read(row, at, drift) ?? null;
  return item;
}
