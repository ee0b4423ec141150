/** Names how public values are made of columns, so that it is noticed when that changes: then every thing would seem to have. */

import type { AnyConversion, ColumnSource, Drift } from "../binding/conversion.ts";
import type { Binding, SourceDeclaration } from "../binding/source.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { childRelation, columnSql, type Relation, relationOf } from "../read/relation.ts";

/** What makes a row one of the resource's, and what its id is: everything in front of its fields. */
export function rowsMadeOf(source: SourceDeclaration, binding: Binding, dialect: Dialect): string {
  const { table, alsoIn, args, joins, key, where, only, account } = binding;
  const relation = relationOf(binding);
  return JSON.stringify([table, alsoIn, args ?? [], joins, key, where, only.map((one) => columnText(source, relation, dialect, one)), account]);
}

/**
 * Of the fields with these names. A conversion keeps its options to itself, so it is asked: what it makes of some samples, and which
 * columns' values it makes its words of.
 */
export function fieldsMadeOf(source: SourceDeclaration, binding: Binding, dialect: Dialect, names: readonly string[]): string {
  const relation = relationOf(binding);
  return JSON.stringify(names.map((name) => [name, binding.fields[name] && conversionText(source, relation, dialect, binding.fields[name])]));
}

function conversionText(source: SourceDeclaration, relation: Relation, dialect: Dialect, conversion: AnyConversion): unknown {
  const { kind, columns, yields, inverse, parts = {}, children } = conversion;
  const below = children && childRelation(children);
  return [
    kind,
    columns.map((column) => columnText(source, relation, dialect, column)),
    yields ?? null,
    samplesRead(conversion),
    inverse?.blanks ?? [],
    yields?.kind === "choice" ? yields.values.map((value) => inverse?.equal(String(value)) ?? []) : [],
    Object.entries(parts).map(([name, part]) => [name, conversionText(source, relation, dialect, part.conversion)]),
    children && below
      ? [
          children.table,
          children.alsoIn,
          children.on,
          children.where,
          Object.entries(children.fields).map(([name, field]) => [name, conversionText(source, below, dialect, field)]),
        ]
      : [],
  ];
}

function columnText(source: SourceDeclaration, relation: Relation, dialect: Dialect, column: ColumnSource): unknown {
  if (typeof column === "string") return column;
  const { text, values } = write(columnSql(source, relation, column), dialect);
  return [text, values];
}

/** Values as drivers give them, of all the kinds that ERPs keep things in; long ago, where no zone's rules change any more. */
const samples: readonly unknown[] = [
  ...[null, "", " ", "0", "1", "7", "-1", "12345", "1234.5678", "Y", "N", "y", "n", "J", "T", "F", "X", "A ", " a", "Ä&amp;<b>é</b>"],
  ...[0, 1, -1, 7, 12345, 19991231, 20010215, 991231, 2451960, 99365, 36571, 235959, 123456, 0.5],
  ...["19991231", "20010215", "0000-00-00", "0000-00-00 00:00:00", "2001-02-15", "2001-07-15 12:34:56", "2001-07-15 12:34:56+00", "12:34:56", "99991231"],
  ...[true, false, new Uint8Array([65, 196, 228, 164])],
];

const silent: Drift = () => undefined;

/** What the conversion reads where all its columns hold a sample, and where the first does and the others the next. */
function samplesRead({ columns, read }: AnyConversion): unknown {
  return samples.map((sample, index) => [
    readOne(
      read,
      columns.map(() => sample),
    ),
    columns.length > 1
      ? readOne(
          read,
          columns.map((_, at) => samples[(index + at) % samples.length]),
        )
      : null,
  ]);
}

function readOne(read: AnyConversion["read"], row: readonly unknown[]): unknown {
  try {
    return read(row, 0, silent) ?? null;
  } catch {
    return "throws";
  }
}
