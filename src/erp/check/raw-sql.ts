/** Finds what an expression's own SQL text names without having declared it. */

import type { Expression } from "../binding/expression.ts";
import { name, sql } from "../binding/sql.ts";

/** `names`: sentences on tables, columns and quoted names; `calls`: on functions that are not SQL's own. */
export interface ForeignNames {
  readonly names: readonly string[];
  readonly calls: readonly string[];
}

export function foreignNames(
  resources: readonly (readonly [resource: string, expressions: readonly (readonly [place: string, Expression])[]])[],
): ForeignNames {
  const names = new Set<string>();
  const calls = new Set<string>();
  for (const [resource, expressions] of resources)
    for (const [place, expression] of expressions) {
      const text = ownText(expression);
      for (const found of namesIn(text))
        names.add(`${resource}.${place} names ${found} in its SQL. Name it among the expression's columns, or use fromRows or lookup.`);
      for (const found of callsIn(text)) calls.add(`${resource}.${place} calls ${found}()`);
    }
  return { names: [...names].sort(), calls: [...calls].sort() };
}

/** The text of the fragments, with `?` for what was spliced in, and without string literals. */
function ownText(expression: Expression): string {
  const written = sql`${expression.write(
    (column) => name(column),
    (table) => name(table),
  )}`;
  const text = written.parts.map((part) => (part.kind === "text" ? part.text : "?")).join("");
  return text.replaceAll(/'(?:[^']|'')*'/g, "?");
}

function namesIn(text: string): readonly string[] {
  const found: string[] = [];
  // EXTRACT(YEAR FROM ?) and IS DISTINCT FROM name no table; a spliced-in one is `?`.
  for (const [whole, , table] of text.matchAll(/\b(FROM|JOIN)\s+(?!NULL\b|TRUE\b|FALSE\b|CURRENT_|LATERAL\b|\()([\w"`.$]+)/gi)) {
    if (/distinct\s*$/i.test(text.slice(0, text.indexOf(whole)))) continue;
    if (table !== undefined && !/^\d/.test(table)) found.push(table);
  }
  for (const [quoted] of text.matchAll(/"[^"]+"|`[^`]+`/g)) if (!found.includes(quoted)) found.push(quoted);
  for (const [qualified] of text.matchAll(/\b[A-Za-z_]\w*\.[A-Za-z_]\w*\b(?!\s*\()/g)) if (!found.includes(qualified)) found.push(qualified);
  for (const [word] of text.matchAll(/\b[A-Za-z_]\w*\b(?!\s*[(.])/g)) {
    if (!words.has(word.toUpperCase()) && !found.some((known) => known.includes(word)) && !text.includes(`.${word}`)) found.push(word);
  }
  return found;
}

function callsIn(text: string): readonly string[] {
  const found = new Set<string>();
  for (const [, called = ""] of text.matchAll(/\b([A-Za-z_][\w.]*)\s*\(/g))
    if (!words.has(called.toUpperCase()) && !functions.has(called.toUpperCase())) found.add(called);
  return [...found];
}

const list = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** Words of SQL, types among them, that name nothing. */
const words: ReadonlySet<string> = new Set(
  list(`
    ALL AND ANY ARRAY AS ASC AT BETWEEN BOTH BY CASE CAST COLLATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
    DESC DISTINCT DIV ELSE END ESCAPE EXCEPT EXISTS FALSE FILTER FIRST FOR FROM FULL GROUP HAVING ILIKE IN INNER INTERSECT
    INTERVAL IS JOIN LAST LATERAL LEADING LEFT LIKE LIMIT LOCALTIMESTAMP MOD NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER
    PARTITION REGEXP RLIKE RIGHT ROW ROWS SELECT SEPARATOR SIMILAR SOME SYMMETRIC THEN TIME TO TRAILING TRUE UNION UNKNOWN
    USING VALUES WHEN WHERE WITH WITHIN WITHOUT XOR ZONE BINARY
    YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND EPOCH DOW DOY ISODOW ISOYEAR
    BIGINT BIT BOOLEAN BOOL BYTEA CHAR CHARACTER DATE DATETIME DEC DECIMAL DOUBLE FLOAT INT INTEGER NCHAR NUMERIC PRECISION
    REAL SET SIGNED SMALLINT TEXT TIMESTAMP TIMESTAMPTZ TINYINT UNSIGNED UUID VARCHAR VARYING UTF8 UTF8MB4 LATIN1`),
);

/** Functions that both databases, or one of them, bring along and that everyone may call. */
const functions: ReadonlySet<string> = new Set(
  list(`
    ABS AVG BIT_AND BIT_COUNT BIT_OR BOOL_AND BOOL_OR CEIL CEILING CHAR_LENGTH CHR COALESCE CONCAT CONCAT_WS CONVERT CONVERT_FROM
    COUNT CURDATE DATE_ADD DATE_FORMAT DATE_PART DATE_SUB DATE_TRUNC DATEDIFF DECODE ENCODE EXTRACT FIELD FIND_IN_SET FLOOR
    FORMAT FROM_DAYS FROM_UNIXTIME GREATEST GROUP_CONCAT HEX IF IFNULL INITCAP INSTR ISNULL LAST_DAY LEAST LENGTH LOCATE LOWER
    LPAD LTRIM MAKE_DATE MAKE_TIME MAX MID MIN NOW NULLIF OCTET_LENGTH OVERLAY POSITION POWER REGEXP_MATCH REGEXP_REPLACE
    REGEXP_SUBSTR REPLACE REVERSE ROUND ROW_NUMBER RPAD RTRIM SIGN SPLIT_PART STR_TO_DATE STRING_AGG SUBSTR SUBSTRING
    SUBSTRING_INDEX SUM TIMESTAMPDIFF TO_CHAR TO_DATE TO_NUMBER TO_TIMESTAMP TRANSLATE TRIM TRUNC TRUNCATE UCASE LCASE UPPER
    RANK DENSE_RANK FIRST_VALUE LAST_VALUE LAG LEAD JSON_EXTRACT JSON_VALUE JSON_UNQUOTE UNHEX`),
);
