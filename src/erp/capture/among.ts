/** A condition on several columns at once: their values are one of many tuples. */

import { type ErpValue, join, member, raw, Sql, sql } from "../binding/sql.ts";
import type { Dialect } from "../dialects/dialect.ts";
import type { Operand } from "../read/compare.ts";
import { fitting } from "../read/fitting.ts";
import { tuplesSql } from "../read/key-values.ts";

/** Undefined where no row can have any of them. What is the same in all tuples (a company) is compared once. */
export function amongSql(operands: readonly Operand[], tuples: readonly (readonly ErpValue[])[], dialect: Dialect): Sql | undefined {
  const possible = new Map<string, readonly ErpValue[]>();
  for (const tuple of tuples) {
    const fits = operands.map(({ info }, index) => fitting(tuple[index] ?? null, info));
    if (fits.every((value) => value !== undefined && value !== null)) possible.set(fits.map(String).join("\u0000"), fits as readonly ErpValue[]); // as just seen
  }
  const all = [...possible.values()];
  const [first] = all;
  if (first === undefined) return undefined;
  const varying = operands.flatMap((_, index) => (all.some((tuple) => String(tuple[index]) !== String(first[index])) ? [index] : []));
  const fixed = operands.flatMap((operand, index) => (varying.includes(index) ? [] : [sql`${operand.sql} = ${first[index] ?? null}`]));
  const differing = varying.flatMap((index) => operands[index] ?? []);
  const [only] = differing;
  const valuesAt = (index: number): readonly ErpValue[] => all.map((tuple) => tuple[index] ?? null);
  if (only === undefined) return join(fixed, " AND ");
  if (differing.length === 1) return join([...fixed, member(only.sql, valuesAt(varying[0] ?? 0))], " AND ");
  const columns = differing.map((operand) => operand.sql);
  if (dialect.listOperator === null)
    return join(
      [
        ...fixed,
        tuplesSql(
          columns,
          all.map((tuple) => varying.map((index) => tuple[index] ?? null)),
        ),
      ],
      " AND ",
    );
  const arrays = differing.map(
    ({ info }, at) => sql`${raw("CAST(")}${listParameter(valuesAt(varying[at] ?? 0))} AS ${raw(`${info.sqlType === "" ? "text" : info.sqlType}[])`)}`,
  );
  return join([...fixed, sql`(${join(columns, ", ")}) IN (SELECT * FROM unnest(${join(arrays, ", ")}))`], " AND ");
}

/** A list as one parameter, outside a membership test. */
function listParameter(values: readonly ErpValue[]): Sql {
  return new Sql([{ kind: "value", value: values as unknown as ErpValue }]); // the dialect's driver takes arrays; only `amongSql` writes one this way
}
