/** Writes an `Sql` value as a dialect's statement. */

import { type ErpValue, Sql, type SqlPart } from "../binding/sql.ts";
import type { Dialect, Statement } from "./dialect.ts";

export function write(sql: Sql, dialect: Dialect): Statement {
  const values: (ErpValue | readonly ErpValue[])[] = [];
  const text = writeParts(sql, dialect, values);
  return { text, values };
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

function writeParts(sql: Sql, dialect: Dialect, values: (ErpValue | readonly ErpValue[])[]): string {
  let text = "";
  for (const part of sql.parts) {
    if (part.kind === "text") text += part.text;
    else if (part.kind === "name") text += part.path.map((identifier) => dialect.quote(identifier)).join(".");
    else if (part.kind === "value") text += dialect.placeholder(values.push(part.value));
    else if (part.values.length === 0) text += "FALSE";
    else if (dialect.listOperator !== null)
      text += `${writeParts(part.of, dialect, values)} ${dialect.listOperator}(${dialect.placeholder(values.push(part.values))})`;
    else
      text += `${writeParts(part.of, dialect, values)} IN (${roundedUp(part.values)
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
