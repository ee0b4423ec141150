/** Everything a binding reads in the ERP: each column of each table, and what for. */

import type { Contract } from "#contract/contract.ts";
import { isNullable } from "#contract/model.ts";
import { type AnyConversion, type ChildRows, type ColumnSource, isNull } from "../binding/conversion.ts";
import type { ColumnKinds } from "../binding/conversions/column-kinds.ts";
import type { BoundResource } from "../binding/source.ts";
import { accountColumns, childRelation, homeOf, type Relation, relationOf } from "../read/relation.ts";

export interface ColumnUse {
  /** As the binding calls it. */
  readonly table: string;
  readonly column: string;
  /** Where the binding names it, in words: `field ship_to.city`, `key`, `account`, `join order`. */
  readonly place: string;
  /** Kinds of column that can be read there; without it: any. */
  readonly accepts?: ColumnKinds;
  /** The conversion of this place; expressions have none of the column itself. */
  readonly kind?: string;
  /** Read as null, the column would leave a field empty that may not be. */
  readonly mustHaveValue: boolean;
}

export interface Uses {
  readonly columns: readonly ColumnUse[];
  /** Tables that are read whatever columns are named, a stored function among them. */
  readonly tables: readonly { readonly table: string; readonly place: string; readonly isFunction: boolean }[];
}

export function usesOf({ contract, binding }: BoundResource): Uses {
  const relation = relationOf(binding);
  const columns: ColumnUse[] = [];
  const tables: { table: string; place: string; isFunction: boolean }[] = [];
  const from = (named: readonly string[], place: string, isFunction = false): void => {
    for (const table of named) tables.push({ table, place, isFunction });
  };

  from([binding.table], "table", binding.args !== undefined);
  from(binding.alsoIn, "alsoIn");
  for (const column of binding.key) columns.push(...plain(relation, column, "key"));
  for (const column of accountColumns(binding.account)) columns.push(...plain(relation, column, "account"));
  for (const column of Object.keys(binding.where)) columns.push(...plain(relation, column, "where"));
  for (const expression of binding.only) columns.push(...sourceUses(relation, expression, "only"));
  for (const [alias, join] of Object.entries(binding.joins)) {
    const place = `join ${alias}`;
    from([join.table, ...(join.alsoIn ?? [])], place);
    for (const [theirs, ours] of Object.entries(join.on)) columns.push(...plain(relation, `${alias}.${theirs}`, place), ...plain(relation, ours, place));
  }
  const fields = (of: Relation, named: Readonly<Record<string, AnyConversion>>, prefix: string): void => {
    for (const [name, conversion] of Object.entries(named)) {
      const path = `${prefix}${name}`;
      if (conversion.children === undefined) {
        columns.push(...fieldUses(contract, of, path, conversion));
        continue;
      }
      const below = childRelation(conversion.children);
      from([below.table, ...below.alsoIn], `lines ${path}`);
      columns.push(...tieUses(of, below, path, conversion.children));
      fields(below, conversion.children.fields, `${path}.`);
    }
  };
  fields(relation, binding.fields, "");
  for (const { table, place } of columns) if (!tables.some((known) => known.table === table)) from([table], place);
  return { columns, tables };
}

function plain(relation: Relation, column: string, place: string): readonly ColumnUse[] {
  const home = homeOf(relation, column);
  return home.tables.map((table) => ({ table, column: home.column, place, mustHaveValue: false }));
}

/** A column, or those that an expression is made of. */
function sourceUses(relation: Relation, source: ColumnSource, place: string): readonly ColumnUse[] {
  if (typeof source === "string") return plain(relation, source, place);
  return source.columns.flatMap((column) => {
    const slash = column.indexOf("/");
    if (slash < 0) return plain(relation, column, place);
    return [{ table: column.slice(0, slash), column: column.slice(slash + 1), place, mustHaveValue: false }];
  });
}

/** A group's members are named one by one. */
function fieldUses(contract: Contract, relation: Relation, path: string, conversion: AnyConversion): readonly ColumnUse[] {
  if (conversion.kind === "group")
    return Object.entries(conversion.parts ?? {}).flatMap(([member, part]) => fieldUses(contract, relation, `${path}.${member}`, part.conversion));
  const mustHaveValue = isNullable(contract.model, path) === false && readsNullAsNull(conversion);
  return conversion.columns.flatMap((source, index) => {
    const place = `field ${path}`;
    if (typeof source !== "string") return sourceUses(relation, source, place);
    const accepts = conversion.accepts?.[index];
    return plain(relation, source, place).map((use) => ({ ...use, kind: conversion.kind, mustHaveValue, ...(accepts !== undefined && { accepts }) }));
  });
}

function tieUses(parent: Relation, child: Relation, path: string, { on, where, sort }: ChildRows): readonly ColumnUse[] {
  const place = `lines ${path}`;
  return [
    ...on.flatMap(([theirs, ours]) => [...plain(child, theirs, place), ...plain(parent, ours, place)]),
    ...[...Object.keys(where), ...sort].flatMap((column) => plain(child, column, place)),
  ];
}

/** Flags, bits and codes with `nullAs` have a value for NULL. */
function readsNullAsNull(conversion: AnyConversion): boolean {
  try {
    return isNull(
      conversion.read(
        conversion.columns.map(() => null),
        0,
        () => undefined,
      ),
    );
  } catch {
    return false; // a function of the project's own, made for other values; nothing is known of it
  }
}
