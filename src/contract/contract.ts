/** `defineContract`: what partners are promised of one resource. */

import type { z } from "zod";
import type { Change, UnknownFields } from "./change.ts";
import { type CommandPromise, commandProblems, isCost, mostCost } from "./command.ts";
import { type EventRule, type EventRules, eventRules } from "./event.ts";
import { type FieldPath, isOrdered, type Model, schemaAt, valueKind } from "./model.ts";
import { isScope, ownScopes, type Scope } from "./scope.ts";

/** Who may write a field. */
export type Owner = "erp" | "partner" | "shared";

/** What happens when the ERP changed a shared field since the caller read it. */
export type ConflictRule = "reject" | "erp-wins" | "partner-wins" | "newest" | "review";

export interface ListPromise<Filter extends string = string, Sort extends string = string, Expand extends string = string> {
  readonly scope: Scope;
  /** What one request takes of the caller's limits; 1 without it. */
  readonly cost?: number;
  readonly filter?: readonly Filter[];
  readonly sort?: readonly Sort[];
  /** Child rows that a list leaves out unless `expand` asks for them; a single read always has them. */
  readonly expand?: readonly Expand[];
}

export interface GetPromise {
  readonly scope: Scope;
  readonly cost?: number;
}

export interface Contract<
  M extends Model = Model,
  Filter extends string = string,
  Sort extends string = string,
  Commands extends Readonly<Record<string, CommandPromise>> = Readonly<Record<string, CommandPromise>>,
  Code extends string = string,
> {
  readonly name: string;
  /** One thing of the resource: `order` for `orders`. Names the schema in documents and SDKs. */
  readonly singular: string;
  readonly team: string;
  readonly summary: string;
  readonly model: M;
  readonly reads: { readonly list?: ListPromise<Filter, Sort>; readonly get?: GetPromise };
  readonly commands: Commands;
  readonly owner: Readonly<Record<string, Owner>>;
  readonly conflict: Readonly<Record<string, ConflictRule>>;
  /** Why the ERP refuses commands for reasons of business: stable codes, and what each means. */
  readonly refusals: Readonly<Record<Code, string>>;
  /** Whether up to 100 commands may be sent in one request. */
  readonly batch: boolean;
  /** The field that says when the ERP last changed the thing, for the rule `newest`. */
  readonly newestBy: string | undefined;
  /** Field scopes: a field named here is absent unless the key holds the scope. */
  readonly hide: Readonly<Record<string, Scope>>;
  readonly events: Readonly<Record<string, EventRule>>;
  readonly changes: readonly Change[];
  /** One thing as partners see it, shown in documents. */
  readonly example: z.output<M> | undefined;
}

type Field<M extends Model> = keyof z.output<M> & string;

/** Names of fields whose value is a list: the only ones that can be expanded. */
type ListField<M extends Model> = { [K in Field<M>]: NonNullable<z.output<M>[K]> extends readonly unknown[] ? K : never }[Field<M>];

/** Fields that some command may write: the names its input shares with the model. */
type Writable<M extends Model, Commands> = {
  [K in keyof Commands]: Commands[K] extends { readonly input: infer I extends z.ZodObject } ? keyof z.output<I> & Field<M> : never;
}[keyof Commands];

/** Carries a sentence into the compiler's message. */
export interface Refused<Why extends string> {
  readonly refused: Why;
}

export interface ContractDeclaration<
  M extends Model,
  Filter extends FieldPath<M>,
  Sort extends FieldPath<M>,
  Commands extends Readonly<Record<string, CommandPromise>>,
  Changes extends readonly Change[],
  Code extends string,
> {
  /** The path segment and scope name: plural, `snake_case`. */
  readonly name: string;
  readonly singular: string;
  /** Who answers for this contract. */
  readonly team: string;
  readonly summary: string;
  readonly model: M;
  readonly reads: { readonly list?: ListPromise<Filter, Sort, ListField<M>>; readonly get?: GetPromise };
  readonly commands?: Commands;
  readonly owner?: { readonly [K in Writable<M, Commands>]: Owner } & { readonly [K in Field<M>]?: Owner };
  readonly conflict?: { readonly [K in Field<M>]?: ConflictRule };
  /** Why the ERP refuses commands for reasons of business: stable codes, and what each means. */
  readonly refusals?: Readonly<Record<Code, string>>;
  /** Offers `POST /v1/<name>/batch`, up to 100 commands in one request. */
  readonly batch?: true;
  /** The field that says when the ERP last changed the thing; the rule `newest` compares `effective_at` of the input with it. */
  readonly newestBy?: Field<M>;
  readonly hide?: { readonly [K in Exclude<Field<M>, "id">]?: Scope };
  /** One thing as partners see it, for documents. Checked against the model. */
  readonly example?: z.output<NoInfer<M>>;
  readonly events?: (on: EventRules<M>) => Readonly<Record<string, EventRule>>;
  /** Newest first. */
  readonly changes?: Changes;
}

/** `owner` may be left out only while no command writes a field of the model. */
type OwnersNamed<M extends Model, Commands> = [Writable<M, Commands>] extends [never]
  ? unknown
  : { readonly owner: { readonly [K in Writable<M, Commands>]: Owner } };

type ChangesKnown<M extends Model, Changes> = [UnknownFields<FieldPath<M>, Changes>] extends [never]
  ? unknown
  : { readonly changes: Refused<`a change names the unknown field ${UnknownFields<FieldPath<M>, Changes>}`> };

/**
 * Declares a contract. Throws at start-up when a declaration cannot be kept: a malformed name or scope, a sort on a
 * field without an order.
 */
export function defineContract<
  M extends Model,
  const Filter extends FieldPath<M> = never,
  const Sort extends FieldPath<M> = never,
  const Commands extends Readonly<Record<string, CommandPromise>> = Record<never, CommandPromise>,
  const Changes extends readonly Change[] = readonly [],
  const Code extends string = never,
>(
  declared: ContractDeclaration<M, Filter, Sort, Commands, Changes, Code> &
    OwnersNamed<NoInfer<M>, NoInfer<Commands>> &
    ChangesKnown<NoInfer<M>, NoInfer<Changes>>,
): Contract<M, Filter, Sort, Commands, Code> {
  const declaration: ContractDeclaration<M, Filter, Sort, Commands, Changes, Code> = declared;
  const { name, model, reads } = declaration;
  const refuse = (why: string): never => {
    throw new Error(`Contract ${name}: ${why}`);
  };
  for (const [what, value] of [
    ["name", name],
    ["singular", declaration.singular],
  ] as const) {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(value)) refuse(`the ${what} "${value}" must be snake_case.`);
  }
  for (const path of [...(reads.list?.filter ?? []), ...(reads.list?.sort ?? [])]) {
    const schema = schemaAt(model, path);
    if (schema === undefined || valueKind(schema) === undefined) refuse(`${path} is not a single value, so no list can be filtered or sorted by it.`);
  }
  const commands = declaration.commands ?? empty<Commands>();
  const hide = definedEntries(declaration.hide);
  const scopes = [reads.list?.scope, reads.get?.scope, ...Object.values(commands).map((command) => command.scope), ...Object.values(hide)];
  for (const scope of scopes) if (scope !== undefined && !isScope(scope)) refuse(`"${scope}" is not a scope (resource:read, :write or :delete).`);
  for (const [kind, read] of Object.entries(reads))
    if (!isCost(read.cost)) refuse(`reads.${kind} costs ${read.cost}, which is no whole number from 1 to ${mostCost}.`);
  for (const problem of commandProblems(declaration)) refuse(problem);
  if (declaration.example !== undefined) {
    const checked = model.safeParse(declaration.example);
    if (!checked.success) refuse(`the example does not fit the model at ${checked.error.issues.map((issue) => issue.path.join(".")).join(", ")}.`);
  }
  return {
    name,
    singular: declaration.singular,
    team: declaration.team,
    summary: declaration.summary,
    model,
    reads,
    commands,
    owner: definedEntries(declaration.owner),
    conflict: definedEntries(declaration.conflict),
    refusals: declaration.refusals ?? empty<Readonly<Record<Code, string>>>(),
    batch: declaration.batch ?? false,
    newestBy: declaration.newestBy,
    hide,
    events: declaration.events?.(eventRules<M>()) ?? {},
    changes: declaration.changes ?? [],
    example: declaration.example,
  };
}

/** What a contract leaves out is inferred as the record without members, which `{}` is. */
function empty<R>(): R {
  return {} as R;
}

function definedEntries<V>(record: Readonly<Record<string, V | undefined>> | undefined): Readonly<Record<string, V>> {
  const entries = Object.entries(record ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, V] => entry[1] !== undefined));
}

/** Every scope the contracts declare, and the gateway's own; the only ones a key can be given. */
export function declaredScopes(contracts: readonly Contract[]): ReadonlySet<string> {
  const declared = contracts.flatMap((contract) => [
    ...(contract.reads.list ? [contract.reads.list.scope] : []),
    ...(contract.reads.get ? [contract.reads.get.scope] : []),
    ...Object.values(contract.commands).map((command) => command.scope),
    ...Object.values(contract.hide),
  ]);
  const tells = contracts.some(({ events }) => Object.keys(events).length > 0);
  return new Set([...declared, ...(tells ? ownScopes : [])]);
}

/** The comparisons a filter on `path` offers: equality for all, ranges where values have an order. */
export function filterOperators(contract: Contract, path: string): readonly FilterOperator[] {
  const schema = schemaAt(contract.model, path);
  const kind = schema && valueKind(schema);
  return kind && isOrdered(kind) ? ["eq", "gt", "gte", "lt", "lte"] : ["eq"];
}

export type FilterOperator = "eq" | "gt" | "gte" | "lt" | "lte";
