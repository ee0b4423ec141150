/** Statements that projects write. */
import { describe, expect, test } from "vitest";
import { sql } from "#erp/binding/sql.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import { write } from "#erp/dialects/write.ts";

describe("sql", () => {
  test("makes a parameter of every value, and of every member of a list", () => {
    const statement = sql`SELECT a FROM t WHERE b = ${"x"} AND c IN ${["1", 2, null]} AND ${sql`d = ${true}`}`;
    expect(write(statement, dialects.postgres)).toMatchObject({
      text: "SELECT a FROM t WHERE b = $1 AND c IN ($2, $3, $4) AND d = $5",
      values: ["x", "1", 2, null, true],
    });
    expect(write(statement, dialects.mariadb)).toMatchObject({ text: "SELECT a FROM t WHERE b = ? AND c IN (?, ?, ?) AND d = ?" });
  });

  test("an empty list holds nothing, and is no mistake in the statement", () => {
    expect(write(sql`c IN ${[]}`, dialects.postgres)).toMatchObject({ text: "c IN ($1)", values: [null] });
  });

  test("no text of a list becomes a part of the statement", () => {
    expect(write(sql`c IN ${["1) OR 1 = 1 --"]}`, dialects.postgres).text).toBe("c IN ($1)");
  });
});
