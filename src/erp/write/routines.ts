/** Calls stored functions and procedures: which of them a name is, and what its parameters are, is looked up once. */

import type { SourceDeclaration } from "../binding/source.ts";
import { join, name, raw, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, Dialect, Rows, Statement, WriteTransaction } from "../dialects/dialect.ts";
import { ownSchema } from "../dialects/postgres/own-schema.ts";
import { write } from "../dialects/write.ts";
import type { RoutineArgument } from "./command.ts";

export interface RoutineCall {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  readonly transaction: WriteTransaction;
  readonly catalog: Catalog;
}

interface Parameter {
  readonly mode: "in" | "out" | "inout";
  /** The type that an argument is cast to; empty where it is left to the database. */
  readonly type: string;
}

interface Routine {
  readonly kind: "function" | "procedure";
  /** Undefined: there are several of this name, or their arguments vary. */
  readonly parameters: readonly Parameter[] | undefined;
}

/** Gone with their catalogue, which is read anew when the ERP's schema changes. */
const routines = new WeakMap<Catalog, Map<string, Routine>>();

/** A function's value, or the first column of the first row that a procedure answers; its first OUT parameter where it answers none. */
export async function callRoutine(call: RoutineCall, routine: string, args: readonly RoutineArgument[]): Promise<unknown> {
  const found = await routineOf(call, routine, args.length);
  if (call.dialect.name !== "postgres") return callMariadb(call, routine, found, args);
  const written = postgresCall(call.source, routine, found, args);
  const rows = await call.transaction.query(write(found.kind === "procedure" ? sql`CALL ${written}` : sql`SELECT * FROM ${written}`, call.dialect));
  return firstOf(rows);
}

/** As `callRoutine`, with the statements behind it where it can be asked in one round trip; without `rows` they were not asked. */
export async function callRoutineThen(
  call: RoutineCall,
  routine: string,
  args: readonly RoutineArgument[],
  behind: readonly Statement[],
): Promise<{ readonly value: unknown; readonly rows?: readonly Rows[] }> {
  const { dialect, transaction, source } = call;
  const found = await routineOf(call, routine, args.length);
  if (dialect.madeKeys === undefined || transaction.queryTogether === undefined || found.kind === "procedure" || behind.length === 0)
    return { value: await callRoutine(call, routine, args) };
  const first = write(dialect.madeKeys.keeping(postgresCall(source, routine, found, args)), dialect);
  const [answered = [], ...rows] = await transaction.queryTogether([first, ...behind]);
  return { value: firstOf(answered), rows };
}

function routineName(source: SourceDeclaration, routine: string): Sql {
  return source.schema === undefined ? name(routine) : name(source.schema, routine);
}

function isJson(argument: RoutineArgument): argument is { readonly json: unknown } {
  return typeof argument === "object" && argument !== null && "json" in argument;
}

function postgresCall(source: SourceDeclaration, routine: string, { parameters }: Routine, args: readonly RoutineArgument[]): Sql {
  const given = [...args];
  const list = (parameters ?? args.map((): Parameter => ({ mode: "in", type: "" }))).map(({ mode, type }) => {
    if (mode === "out") return sql`NULL`; // CALL wants something in the place of each
    const argument = given.shift() ?? null;
    const cast = type === "" && isJson(argument) ? "jsonb" : type;
    const value = isJson(argument) ? JSON.stringify(argument.json) : argument;
    return cast === "" ? sql`${value}` : sql`CAST(${value} AS ${raw(cast)})`;
  });
  return sql`${routineName(source, routine)}(${join(list, ", ")})`;
}

async function callMariadb(
  { source, dialect, transaction }: RoutineCall,
  routine: string,
  { kind, parameters }: Routine,
  args: readonly RoutineArgument[],
): Promise<unknown> {
  const sentAs = (argument: RoutineArgument) => (isJson(argument) ? JSON.stringify(argument.json) : argument);
  const target = routineName(source, routine);
  if (kind === "function" || parameters === undefined) {
    const list = join(
      args.map((argument) => sql`${sentAs(argument)}`),
      ", ",
    );
    const rows = await transaction.query(write(kind === "function" ? sql`SELECT ${target}(${list})` : sql`CALL ${target}(${list})`, dialect));
    return firstOf(rows);
  }
  // What comes back through parameters needs variables of the session.
  const given = [...args];
  const variables: string[] = [];
  const list: Sql[] = [];
  for (const { mode } of parameters) {
    const argument = mode === "out" ? null : sentAs(given.shift() ?? null);
    if (mode === "in") {
      list.push(sql`${argument}`);
      continue;
    }
    const variable = `@sluice_${variables.length + 1}`;
    variables.push(variable);
    list.push(raw(variable));
    await transaction.query(write(sql`SELECT ${raw(variable)} := ${argument}`, dialect));
  }
  const answered = firstOf(await transaction.query(write(sql`CALL ${target}(${join(list, ", ")})`, dialect)));
  if (answered !== undefined || variables.length === 0) return answered;
  return firstOf(await transaction.query(write(sql`SELECT ${raw(variables[0] ?? "NULL")}`, dialect)));
}

/** The first value of the first row. */
function firstOf(rows: Rows): unknown {
  return rows[0]?.[0];
}

async function routineOf(call: RoutineCall, routine: string, count: number): Promise<Routine> {
  const known = routines.get(call.catalog) ?? new Map<string, Routine>();
  routines.set(call.catalog, known);
  const key = `${routine} ${count}`;
  let found = known.get(key);
  if (found === undefined) {
    found = await (call.dialect.name === "postgres" ? lookUpPostgres(call, routine, count) : lookUpMariadb(call, routine));
    known.set(key, found);
  }
  return found;
}

/** One row per parameter that takes an argument, of every routine of the name; one with NULLs where there is none. */
const postgresRoutines = `
SELECT p.oid, p.prokind, p.pronargs, p.pronargdefaults, p.provariadic <> 0, arg.mode,
  CASE WHEN t.typtype = 'p' THEN '' ELSE format_type(t.oid, -1) END
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN LATERAL unnest(COALESCE(p.proallargtypes, p.proargtypes::OID[]), p.proargmodes) WITH ORDINALITY AS arg(type, mode, position)
  ON COALESCE(arg.mode, 'i') IN ('i', 'b', 'v') OR (arg.mode = 'o' AND p.prokind = 'p')
LEFT JOIN pg_catalog.pg_type t ON t.oid = arg.type
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND p.proname = $2 AND p.prokind IN ('f', 'p')
ORDER BY p.oid, arg.position`;

async function lookUpPostgres({ source, transaction }: RoutineCall, routine: string, count: number): Promise<Routine> {
  const rows = await transaction.query({ text: postgresRoutines, values: [source.schema ?? null, routine], unprepared: true });
  const byRoutine = new Map<unknown, (readonly unknown[])[]>();
  for (const row of rows) byRoutine.set(row[0], [...(byRoutine.get(row[0]) ?? []), row]);
  const fits = [...byRoutine.values()].filter(
    ([first]) => first !== undefined && (first[4] === true || count <= Number(first[2])) && count >= Number(first[2]) - Number(first[3]),
  );
  const [only] = fits;
  if (only === undefined) throw new Error(`${source.name}: there is no function or procedure ${routine} of ${count} arguments`);
  const kind = only[0]?.[1] === "p" ? "procedure" : "function";
  if (fits.length > 1 || only[0]?.[4] === true) return { kind, parameters: undefined };
  const all = only.flatMap(([, , , , , mode, type]): readonly Parameter[] =>
    type === null ? [] : [{ mode: mode === "o" ? "out" : "in", type: String(type) }],
  );
  // Parameters with a default that no argument is for stay away; they are the last ones.
  let left = count;
  return { kind, parameters: all.filter(({ mode }) => mode === "out" || left-- > 0) };
}

const mariadbRoutines = `
SELECT r.ROUTINE_TYPE, p.PARAMETER_MODE
FROM information_schema.ROUTINES r
LEFT JOIN information_schema.PARAMETERS p ON p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME AND p.ROUTINE_TYPE = r.ROUTINE_TYPE AND p.ORDINAL_POSITION > 0
WHERE r.ROUTINE_SCHEMA = COALESCE(?, DATABASE()) AND r.ROUTINE_NAME = ?
ORDER BY r.ROUTINE_TYPE, p.ORDINAL_POSITION`;

/** Who may only execute a routine does not always see its parameters: then they are taken for those given. */
async function lookUpMariadb({ source, transaction }: RoutineCall, routine: string): Promise<Routine> {
  const rows = await transaction.query({ text: mariadbRoutines, values: [source.schema ?? null, routine], unprepared: true });
  const [first] = rows;
  if (first === undefined) throw new Error(`${source.name}: there is no function or procedure ${routine}, or this account may not see it`);
  const kind = first[0] === "PROCEDURE" ? "procedure" : "function";
  const own = rows.filter(([type]) => type === first[0]);
  const parameters = own.flatMap(([, mode]): readonly Parameter[] =>
    mode === null ? [] : [{ mode: mode === "OUT" ? "out" : mode === "INOUT" ? "inout" : "in", type: "" }],
  );
  return { kind, parameters: parameters.some(({ mode }) => mode !== "in") ? parameters : undefined };
}
