/** Writes an `Sql` value as a dialect's statement. */

import { Sql, type SqlPart } from "../binding/sql.ts";
import type { Dialect, Statement } from "./dialect.ts";

type Parameter = Statement["values"][number];

export function write(sql: Sql, dialect: Dialect): Statement {
  const values: Parameter[] = [];
  const text = writeParts(sql, dialect, values, () => {
    throw new Error("a statement with slots has to be prepared");
  });
  return { text, values };
}

/** A value, or a list parameter. */
export type SlotValue = Parameter;

/** Writes a statement once, to be used often with other values in its slots. */
export function prepare(sql: Sql, dialect: Dialect): (slots: readonly SlotValue[]) => Statement {
  const values: Parameter[] = [];
  const filled: { readonly at: number; readonly index: number }[] = [];
  const text = writeParts(sql, dialect, values, (index) => {
    filled.push({ at: values.push(null) - 1, index });
    return values.length;
  });
  return (slots) => {
    const own = [...values];
    for (const { at, index } of filled) own[at] = slots[index] ?? null;
    return { text, values: own };
  };
}

/** The same SQL with all that is not a parameter written out, for fragments that many statements share. */
export function render(sql: Sql, dialect: Dialect): Sql {
  const parts: SqlPart[] = [];
  let text = "";
  for (const part of sql.parts) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "name") text += part.path.map((identifier) => dialect.quote(identifier)).join(".");
    else {
      if (text !== "") parts.push({ kind: "text", text });
      text = "";
      parts.push(part.kind === "member" ? { ...part, of: render(part.of, dialect) } : part);
    }
  }
  if (text !== "") parts.push({ kind: "text", text });
  return new Sql(parts);
}

/** `slot` makes room for a value and tells its position, from 1. */
function writeParts(sql: Sql, dialect: Dialect, values: Parameter[], slot: (index: number) => number): string {
  let text = "";
  for (const part of sql.parts) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "name") text += part.path.map((identifier) => dialect.quote(identifier)).join(".");
    else if (part.kind === "value") text += dialect.placeholder(values.push(part.value));
    else if (part.kind === "slot") text += dialect.placeholder(slot(part.index));
    else if (part.values.length === 0) text += "FALSE";
    else if (dialect.listOperator !== null)
      text += `${writeParts(part.of, dialect, values, slot)} ${dialect.listOperator}(${dialect.placeholder(values.push(part.values))})`;
    else
      text += `${writeParts(part.of, dialect, values, slot)} IN (${roundedUp(part.values)
        .map((value) => dialect.placeholder(values.push(value)))
        .join(", ")})`;
  }
  return text;
}

/** Repeats the last member until a list is 1, 2, 4, 8... long, so that lists of all lengths need few prepared statements. */
export function roundedUp<T>(members: readonly T[]): readonly T[] {
  const last = members.at(-1);
  const length = 2 ** Math.ceil(Math.log2(Math.max(1, members.length)));
  return last === undefined ? members : [...members, ...Array<T>(length - members.length).fill(last)];
}
