/** `group` and `lines`: fields made of other fields. */

import type { AnyConversion, ChildRows, Condition, Conversion, Write } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { kindsOf } from "./column-kinds.ts";

type Fields = Readonly<Record<string, AnyConversion>>;

/** What a set of fields yields before anything is known of the columns' NULLs. */
export interface FieldSet<F extends Fields> {
  readonly members?: F;
}

/**
 * An object of other fields: `group({ name: text("SHNAM"), city: text("SHCTY") })`.
 * Accepts and yields what its members do. Filters name the members: `ship_to.city`. Writes the members that a value has.
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
    accepts: members.flatMap((member) => [...kindsOf(member.conversion)]),
    read(row, at, drift) {
      const value: Record<string, unknown> = {};
      for (const { name, conversion, offset } of members) value[name] = conversion.read(row, at + offset, drift) ?? null;
      return value;
    },
    ...(members.every(({ conversion }) => conversion.write !== undefined) && { write: groupWrite(members) }),
    yields: { kind: "object", members: Object.fromEntries(members.map(({ name, conversion }) => [name, conversion.yields])), exact: true },
    parts: Object.fromEntries(members.map(({ name, conversion, offset }) => [name, { conversion, offset }])),
  };
}

function groupWrite(members: readonly { readonly name: string; readonly conversion: AnyConversion; readonly offset: number }[]): Write {
  return (value, infos = []) => {
    if (typeof value !== "object" || value === null) return "Must be an object.";
    const given = new Map<string, unknown>(Object.entries(value));
    const columns: (ErpValue | undefined)[] = [];
    for (const { name, conversion, offset } of members) {
      const own = conversion.columns.map(() => undefined);
      const member = given.get(name);
      const written = member === undefined ? own : (conversion.write?.(member, infos.slice(offset, offset + own.length)) ?? own);
      if (typeof written === "string") return `${name}: ${written}`;
      columns.push(...own.map((_, index) => written[index]));
    }
    return columns;
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
