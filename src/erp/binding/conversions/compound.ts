/** `group` and `lines`: fields made of other fields. */

import type { AnyConversion, ChildRows, Condition, Conversion } from "../conversion.ts";

type Fields = Readonly<Record<string, AnyConversion>>;

/** What a set of fields yields before anything is known of the columns' NULLs. */
export interface FieldSet<F extends Fields> {
  readonly members?: F;
}

/**
 * An object of other fields: `group({ name: text("SHNAM"), city: text("SHCTY") })`.
 * Accepts and yields what its members do. Filters name the members: `ship_to.city`.
 */
export function group<const F extends Fields>(fields: F): Conversion<never, unknown, never, "read", unknown> & FieldSet<F> & { readonly grouped: true } {
  const members: { name: string; conversion: AnyConversion; offset: number }[] = [];
  let width = 0;
  for (const [name, conversion] of Object.entries(fields)) {
    if (conversion.children !== undefined) throw new Error(`group: ${name} holds child rows, which stand at the top of a resource or of its lines only.`);
    members.push({ name, conversion, offset: width });
    width += conversion.columns.length;
  }
  return {
    kind: "group",
    grouped: true,
    columns: members.flatMap((member) => [...member.conversion.columns]),
    read(row, at, drift) {
      const value: Record<string, unknown> = {};
      for (const { name, conversion, offset } of members) value[name] = conversion.read(row, at + offset, drift) ?? null;
      return value;
    },
    yields: { kind: "object", members: Object.fromEntries(members.map(({ name, conversion }) => [name, conversion.yields])), exact: true },
    parts: Object.fromEntries(members.map(({ name, conversion, offset }) => [name, { conversion, offset }])),
  };
}

export interface LinesOptions {
  /** Fixed conditions on the child table: its type column where many parents share it, a soft delete flag. */
  readonly where?: Readonly<Record<string, Condition>>;
  /** Child columns that order the rows; the columns that tie them to the parent need not be named. */
  readonly sort: readonly string[];
  /** Archive tables with the same columns, read as one with the child table. */
  readonly alsoIn?: readonly string[];
}

/** Types only: what `bind` checks of child rows. */
export interface LinesTypes<Table extends string, On extends Readonly<Record<string, string>>, F extends Fields, O extends LinesOptions> {
  readonly lines?: {
    readonly table: Table;
    readonly child: (keyof On & string) | O["sort"][number] | (keyof O["where"] & string);
    readonly parent: On[keyof On];
    readonly alsoIn: O extends { readonly alsoIn: readonly (infer T)[] } ? T : never;
    readonly fields: F;
  };
}

/**
 * Child rows: `lines("OELIN", { ORDNO: "ORDNO" }, { sku: text("ITMNO") }, { sort: ["LINNO"] })`, where the second argument
 * says which child column equals which column of the parent. Lines may hold lines. Wire: an array, empty without rows.
 * One statement reads a level for all parents of a page.
 */
export function lines<const Table extends string, const On extends Readonly<Record<string, string>>, const F extends Fields, const O extends LinesOptions>(
  table: Table,
  on: On,
  fields: F,
  options: O,
): Conversion<never, unknown, never, "read", unknown> & LinesTypes<Table, On, F, O> {
  const children: ChildRows = {
    table,
    alsoIn: options.alsoIn ?? [],
    on: Object.entries(on),
    fields,
    where: options.where ?? {},
    sort: options.sort,
  };
  return { kind: "lines", columns: Object.values(on), read: () => [], children };
}
