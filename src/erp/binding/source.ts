/** `defineSource` and `bind`: where a contract's resource lives in the ERP. */

import type { z } from "zod";
import type { CommandPromise } from "#contract/command.ts";
import type { Contract, Refused } from "#contract/contract.ts";
import type { Model } from "#contract/model.ts";
import { paceProblem, type ScanPaceSettings } from "../capture/scan-pace.ts";
import { type MaintenanceWindow, maintenanceSchedule } from "../protection/maintenance.ts";
import type {
  AnyCommand,
  CommandFunction,
  CommandNeeds,
  Given,
  InsertCommand,
  MadeKey,
  Refusal,
  RoutineCommand,
  StageCommand,
  UpdateCommand,
} from "../write/command.ts";
import type { AccountRule } from "./account.ts";
import type { AnyConversion, Condition } from "./conversion.ts";
import type { Expression } from "./expression.ts";
import type { FieldFits, Join, JoinsFit, OnlyFits, RowOf } from "./fits.ts";

export type DialectName = "postgres" | "mariadb";

export interface SourceDeclaration {
  /** Names the environment variables: `<NAME>_LIVE_URL` and `<NAME>_TEST_URL`. */
  readonly name: string;
  /** `mariadb` serves MySQL, too. */
  readonly dialect: DialectName;
  /** Schema (Postgres) or database (MariaDB) of all tables, where it is not the connection's own. */
  readonly schema?: string;
  /** Prefix of all table names, left out in the bindings. */
  readonly tablePrefix?: string;
  /**
   * What the gateway may leave in the ERP's database: `receipts` (its tables beside the ERP's, the default); `full`, triggers as
   * well, which note what changes in tables that events are made of; or `none`: then only commands that make something with a
   * `naturalKey` can be promised. Without triggers, changes are found by scanning.
   */
  readonly footprint?: "full" | "receipts" | "none";
  /** How fast changes are looked for by scanning. */
  readonly scan?: ScanPaceSettings;
  /** When the ERP is worked on: requests are answered 503, with a `Retry-After` that leads to the end of the window. */
  readonly maintenance?: readonly MaintenanceWindow[];
}

/** A binding as the engine reads it, without the types that checked it. */
export interface Binding {
  readonly table: string;
  readonly alsoIn: readonly string[];
  /** Arguments, where the rows come from a stored function of that name. */
  readonly args?: readonly (string | number)[];
  readonly joins: Readonly<Record<string, Join>>;
  readonly key: readonly string[];
  readonly account: AccountRule;
  readonly where: Readonly<Record<string, Condition>>;
  readonly only: readonly Expression[];
  readonly fields: Readonly<Record<string, AnyConversion>>;
  /** Why it is no matter that no index serves a filter, a sort or child rows, by path. */
  readonly unindexed: Readonly<Record<string, string>>;
  readonly commands: Readonly<Record<string, AnyCommand>>;
  readonly refusals: readonly Refusal[];
  /** The field that holds the partner's own document number. */
  readonly naturalKey?: string;
  readonly needs?: CommandNeeds;
}

/** One resource: its contract, and where it lives. */
export interface BoundResource {
  readonly contract: Contract;
  readonly source: SourceDeclaration;
  readonly binding: Binding;
}

type Fields<M extends Model> = Exclude<keyof z.output<M> & string, "id">;
type Named<Rows> = keyof Rows & string;

interface BindingDeclaration<
  Rows,
  M extends Model,
  Filter extends string,
  Sort extends string,
  T extends Named<Rows>,
  Key extends Named<Rows[T]>,
  J,
  F,
  Only extends string,
  Code extends string,
> {
  /** The table, view or set-returning function that holds the resource. */
  readonly table: T;
  /** Tables with the same columns, read as one with `table`: an archive. */
  readonly alsoIn?: readonly Named<Rows>[];
  /** Arguments, where `table` is a stored function that returns rows. */
  readonly args?: readonly (string | number)[];
  /** Tables joined one to one; their columns are named `alias.COLUMN`. */
  readonly joins?: J & JoinsFit<Rows, RowOf<Rows, T, J>, T, J>;
  /** The column, or columns in order, that the public id is made of. */
  readonly key: Key | readonly [Key, ...Key[]];
  /** Whose row it is. The engine narrows every statement by it. */
  readonly account: AccountRule<keyof RowOf<Rows, T, J> & string>;
  /** Conditions that make a row one of this resource: company, document type, not deleted. */
  readonly where?: { readonly [C in keyof RowOf<Rows, T, J>]?: Condition };
  /** Boolean expressions that rows must fulfil. */
  readonly only?: readonly (Expression<Only, boolean> & OnlyFits<Rows, RowOf<Rows, T, J>, T, Only>)[];
  /** Filters, sorts and child rows that no index serves, and why that is no matter: `sluice check` keeps quiet of them. */
  readonly unindexed?: { readonly [P in Filter | Sort | Fields<M>]?: string };
  /** How the ERP refuses, and which of the contract's refusals that is; the first that matches. */
  readonly refusals?: readonly Refusal<Code>[];
  /** The field that holds the partner's own document number: what the gateway knows its own writes by where the ERP takes no receipts. */
  readonly naturalKey?: Fields<M>;
  /** What commands that run code have to be allowed: for `sluice source grants`, which knows of plain ones by itself. */
  readonly needs?: CommandNeeds<Rows>;
  /** One line per public field: its conversion and columns. `id` comes from `key`. */
  readonly fields: F & {
    readonly [K in keyof F]: K extends "id"
      ? Refused<"id: made from `key`, not bound as a field">
      : K extends Fields<M>
        ? FieldFits<Rows, RowOf<Rows, T, J>, T, K, z.output<M>[K], F[K], Filter, Sort>
        : Refused<`${K & string}: the contract has no such field`>;
  };
}

type AllBound<M extends Model, F> = [Exclude<Fields<M>, keyof F>] extends [never]
  ? unknown
  : { readonly fields: Refused<`${Exclude<Fields<M>, keyof F>} is not bound`> };

type InputOf<Command> = Command extends { readonly input: infer I extends z.ZodObject } ? z.output<I> : undefined;

/** What may carry out a command of this promise. */
type Carried<Rows, T extends Named<Rows>, Key extends keyof Rows[T], Command, Code extends string> = Command extends { readonly answers: "operation" }
  ? { readonly [S in Named<Rows>]: StageCommand<S, Named<Rows[S]>, InputOf<Command>> }[Named<Rows>]
  : Command extends { readonly on: "one" }
    ?
        | CommandFunction<Rows, InputOf<Command>, Given<Partial<Rows[T]>, Pick<Rows[T], Key>>, unknown, Code>
        | UpdateCommand<Named<Rows[T]>>
        | RoutineCommand<Given<Partial<Rows[T]>, Pick<Rows[T], Key>>, InputOf<Command>>
    :
        | CommandFunction<Rows, InputOf<Command>, Given<Partial<Rows[T]>, unknown>, MadeKey, Code>
        | InsertCommand<Named<Rows[T]>>
        | RoutineCommand<Given<Partial<Rows[T]>, unknown>, InputOf<Command>>;

type CommandsOf<Rows, T extends Named<Rows>, Key extends keyof Rows[T], Commands extends Readonly<Record<string, CommandPromise>>, Code extends string> = [
  keyof Commands,
] extends [never]
  ? unknown
  : { readonly commands: { readonly [K in keyof Commands]: Carried<Rows, T, Key, Commands[K], Code> } };

export interface Source<Rows> extends SourceDeclaration {
  /** Binds a contract to this source. What does not fit is refused by the compiler, in words, at the field. */
  bind<
    M extends Model,
    Filter extends string,
    Sort extends string,
    Commands extends Readonly<Record<string, CommandPromise>>,
    Code extends string,
    const T extends Named<Rows>,
    const Key extends Named<Rows[T]>,
    const F extends Readonly<Record<string, { readonly kind: string }>>,
    const J extends Readonly<Record<string, Join<Named<Rows>>>> = Record<never, never>,
    const Only extends string = never,
  >(
    contract: Contract<M, Filter, Sort, Commands, Code>,
    binding: BindingDeclaration<Rows, M, Filter, Sort, T, Key, J, F, Only, NoInfer<Code>> &
      AllBound<M, NoInfer<F>> &
      CommandsOf<Rows, T, NoInfer<Key>, NoInfer<Commands>, NoInfer<Code>>,
  ): BoundResource;
}

/** Declares an ERP database. `Rows` are its row types; connections come from the environment, one per environment. */
export function defineSource<Rows>(declaration: SourceDeclaration): Source<Rows> {
  if (!/^[a-z][a-z0-9_]*$/.test(declaration.name)) throw new Error(`Source "${declaration.name}": the name must be snake_case.`);
  maintenanceSchedule(declaration.maintenance ?? []); // throws for windows that are none
  const pace = paceProblem(declaration.scan ?? {});
  if (pace !== undefined) throw new Error(`Source "${declaration.name}": ${pace}`);
  return {
    ...declaration,
    bind(contract, binding) {
      const declared: Loose = binding;
      for (const { code } of declared.refusals ?? [])
        if (!Object.hasOwn(contract.refusals, code))
          throw new Error(`Contract ${contract.name}: the binding refuses with "${code}", which the contract does not name.`);
      return {
        contract,
        source: declaration,
        binding: {
          table: declared.table,
          alsoIn: declared.alsoIn ?? [],
          ...(declared.args !== undefined && { args: declared.args }),
          joins: declared.joins ?? {},
          key: typeof declared.key === "string" ? [declared.key] : declared.key,
          account: declared.account,
          where: definedEntries(declared.where),
          only: declared.only ?? [],
          fields: declared.fields as Binding["fields"], // `FieldFits` refused all but conversions
          unindexed: definedEntries(declared.unindexed),
          commands: declared.commands ?? {},
          refusals: declared.refusals ?? [],
          ...(declared.naturalKey !== undefined && { naturalKey: declared.naturalKey }),
          ...(declared.needs !== undefined && { needs: declared.needs }),
        },
      };
    },
  };
}

/** A declaration without the types that checked it. */
interface Loose {
  readonly table: string;
  readonly alsoIn?: readonly string[];
  readonly args?: readonly (string | number)[];
  readonly joins?: Readonly<Record<string, Join>>;
  readonly key: string | readonly string[];
  readonly account: AccountRule;
  readonly where?: Readonly<Record<string, Condition | undefined>>;
  readonly only?: readonly Expression[];
  readonly fields: Readonly<Record<string, { readonly kind: string }>>;
  readonly unindexed?: Readonly<Record<string, string | undefined>>;
  readonly commands?: Readonly<Record<string, AnyCommand>>;
  readonly refusals?: readonly Refusal[];
  readonly naturalKey?: string;
  readonly needs?: CommandNeeds;
}

function definedEntries<V>(record: Readonly<Record<string, V | undefined>> | undefined): Readonly<Record<string, V>> {
  const entries = Object.entries(record ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, V] => entry[1] !== undefined));
}
