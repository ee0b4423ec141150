/** Types that compare a binding with its contract and the ERP's row types, and say in words what does not fit. */

import type { Refused } from "#contract/contract.ts";

type Names<T> = keyof T & string;

/** A join adds the other table's columns to the row as `alias.COLUMN`. */
export interface Join<Table extends string = string> {
  readonly table: Table;
  /** Tables with the same columns, read as one with `table`: an archive. */
  readonly alsoIn?: readonly Table[];
  /** Column of the joined table, and the column of this row (or of an earlier join) that it equals. */
  readonly on: Readonly<Record<string, string>>;
  /** Rows without a partner in the joined table stay, with NULLs. */
  readonly optional?: boolean;
}

type JoinedNames<Rows, J> = {
  [A in Names<J>]: J[A] extends { readonly table: infer T extends Names<Rows> } ? `${A}.${Names<Rows[T]>}` : never;
}[Names<J>];

type JoinedCell<Rows, J, P> = P extends `${infer A}.${infer C}`
  ? A extends keyof J
    ? J[A] extends { readonly table: infer T extends keyof Rows }
      ? C extends keyof Rows[T]
        ? Rows[T][C] | (J[A] extends { readonly optional: true } ? null : never)
        : never
      : never
    : never
  : never;

/** All columns that fields may name: the table's own, and those of its joins. */
export type RowOf<Rows, T extends keyof Rows, J> = Rows[T] & { readonly [P in JoinedNames<Rows, J>]: JoinedCell<Rows, J, P> };

/** A sentence for each column in `C` that does not exist. `=X`: used in an expression. `T/C`: column C of table T. */
type MissingColumn<Rows, Row, Table extends string, C> = C extends "=null" | keyof Row
  ? never
  : C extends `=${infer Used}`
    ? MissingColumn<Rows, Row, Table, Used>
    : C extends `${infer T}/${infer K}`
      ? T extends keyof Rows
        ? K extends keyof Rows[T]
          ? never
          : `${T} has no column ${K}`
        : `there is no table ${T}`
      : `${Table} has no column ${C & string}`;

/** Plain columns whose type the conversion does not take. */
type UnacceptableColumn<Row, C, Accepts> = C extends keyof Row ? ([NonNullable<Row[C]>] extends [Accepts] ? never : C & string) : never;

type CanBeNull<Row, C> = true extends (C extends "=null" ? true : C extends keyof Row ? (null extends Row[C] ? true : false) : false) ? true : false;

/** Codes the row types know for a code conversion's column; `never` where any string or number is possible. */
type ErpCodes<Row, C, Source> = [Source] extends [never] ? (C extends keyof Row ? Closed<NonNullable<Row[C]>> : never) : Closed<NonNullable<Source>>;
type Closed<V> = V extends string | number ? (string extends V ? never : number extends V ? never : `${V}`) : never;

type CodeWithoutWord<Row, Conv, C> = Conv extends { readonly codes?: { readonly known: infer Known; readonly source: infer Source } }
  ? Exclude<ErpCodes<Row, C, Source>, Known>
  : never;

/** Checks one conversion against the value its field promises. `unknown` means that all is well. */
type LeafFits<Rows, Row, Table extends string, Field extends string, Expected, Conv> = Conv extends {
  readonly types?: { readonly columns: infer C; readonly out: infer Out; readonly null: infer Null; readonly accepts: infer Accepts };
}
  ? [MissingColumn<Rows, Row, Table, C>] extends [never]
    ? [UnacceptableColumn<Row, C, Accepts>] extends [never]
      ? [CodeWithoutWord<Row, Conv, C>] extends [never]
        ? [Out] extends [Expected]
          ? [CanBeNull<Row, C> extends true ? Null : never] extends [Expected]
            ? unknown
            : Refused<`${Field}: the column can be NULL, but the contract's field is not nullable`>
          : [Exclude<Out, null>] extends [Expected]
            ? Refused<`${Field}: the conversion can yield null, but the contract's field is not nullable`>
            : Refused<`${Field}: the conversion yields another type than the contract's schema`>
        : Refused<`${Field}: the ERP code ${CodeWithoutWord<Row, Conv, C>} has no public value`>
      : Refused<`${Field}: the conversion cannot read the column ${UnacceptableColumn<Row, C, Accepts>}`>
    : Refused<`${Field}: ${MissingColumn<Rows, Row, Table, C>}`>
  : Refused<`${Field}: not a conversion`>;

/** Checks the columns that tie each join to the row. */
export type JoinsFit<Rows, Row, Table extends string, J> = {
  readonly [A in keyof J]: J[A] extends { readonly table: infer T extends keyof Rows & string; readonly on: infer On }
    ? Verdict<WithAlias<A & string, MissingColumn<Rows, Rows[T], T, keyof On> | MissingColumn<Rows, Row, Table, On[keyof On]>>>
    : unknown;
};

type WithAlias<Alias extends string, Why> = Why extends string ? `${Alias}: ${Why}` : never;

/** Checks the columns of expressions that rows must fulfil. */
export type OnlyFits<Rows, Row, Table extends string, C> = Verdict<MissingColumn<Rows, Row, Table, C>>;

type FirstRefusal<T> = { [K in keyof T]: T[K] extends Refused<infer Why> ? Why : never }[keyof T];

/** Checks every member of an object-shaped field, and that none is missing or unknown. */
type MembersFit<Rows, Row, Table extends string, Prefix extends string, Expected, Members> =
  | FirstRefusal<{ [K in Names<Expected>]: K extends keyof Members ? unknown : Refused<`${Prefix}.${K} is not bound`> }>
  | FirstRefusal<{
      [K in Names<Members>]: K extends keyof Expected
        ? FieldFits<Rows, Row, Table, `${Prefix}.${K}`, Expected[K], Members[K], never, never>
        : Refused<`${Prefix}.${K}: the contract has no such field`>;
    }>;

type Verdict<Why> = [Why] extends [never] ? unknown : Why extends string ? Refused<Why> : unknown;

type LinesFit<Rows, Row, Table extends string, Field extends string, Expected, L> = L extends {
  readonly table: infer T extends string;
  readonly child: infer Child;
  readonly parent: infer Parent;
  readonly alsoIn: infer Also;
  readonly fields: infer Members;
}
  ? [T | Also] extends [keyof Rows]
    ? [MissingColumn<Rows, Rows[T & keyof Rows], T, Child> | MissingColumn<Rows, Row, Table, Parent>] extends [never]
      ? NonNullable<Expected> extends readonly (infer Item)[]
        ? Verdict<MembersFit<Rows, Rows[T & keyof Rows], T, Field, Item, Members>>
        : Refused<`${Field}: the contract's field is not a list`>
      : Refused<`${Field}: ${MissingColumn<Rows, Rows[T & keyof Rows], T, Child> | MissingColumn<Rows, Row, Table, Parent>}`>
    : Refused<`${Field}: there is no table ${Exclude<T | (Also & string), keyof Rows> & string}`>
  : unknown;

/** What can be done with a field or, for `field.member`, with its member. */
type CapabilityOf<Conv, Path extends string, Field extends string> = Path extends Field
  ? Conv extends { readonly types?: { readonly can: infer Can } }
    ? Can
    : never
  : Path extends `${Field}.${infer Member}`
    ? Conv extends { readonly members?: infer Members }
      ? Member extends keyof NonNullable<Members>
        ? CapabilityOf<NonNullable<Members>[Member], Member, Member>
        : never
      : never
    : never;

type PromisesKept<Field extends string, Conv, Filter extends string, Sort extends string> =
  | FirstRefusal<{
      [P in Extract<Filter, Field | `${Field}.${string}`>]: CapabilityOf<Conv, P, Field> extends "filter" | "filter-and-sort"
        ? CapabilityOf<Conv, P, Field> extends never
          ? Refused<`${P} is promised as a filter, but its conversion cannot be turned back into columns`>
          : unknown
        : Refused<`${P} is promised as a filter, but its conversion cannot be turned back into columns`>;
    }>
  | FirstRefusal<{
      [P in Extract<Sort, Field | `${Field}.${string}`>]: [CapabilityOf<Conv, P, Field>] extends ["filter-and-sort"]
        ? [CapabilityOf<Conv, P, Field>] extends [never]
          ? Refused<`${P} is promised as a sort, but the order of its columns is not the order of its values`>
          : unknown
        : Refused<`${P} is promised as a sort, but the order of its columns is not the order of its values`>;
    }>;

/** Checks one field of a binding: `unknown` where it fits, else a `Refused` that names the field and says why. */
export type FieldFits<Rows, Row, Table extends string, Field extends string, Expected, Conv, Filter extends string, Sort extends string> =
  Verdict<PromisesKept<Field, Conv, Filter, Sort>> extends Refused<infer Why>
    ? Refused<Why>
    : Conv extends { readonly lines?: infer L }
      ? LinesFit<Rows, Row, Table, Field, Expected, NonNullable<L>>
      : Conv extends { readonly grouped: true; readonly members?: infer Members }
        ? NonNullable<Expected> extends readonly unknown[]
          ? Refused<`${Field}: the contract's field is a list`>
          : Verdict<MembersFit<Rows, Row, Table, Field, NonNullable<Expected>, NonNullable<Members>>>
        : LeafFits<Rows, Row, Table, Field, Expected, Conv>;
