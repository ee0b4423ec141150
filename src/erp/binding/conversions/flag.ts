/** `flag`: yes and no in all the ways ERPs write them. */

import type { ColumnInfo } from "../../dialects/dialect.ts";
import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { codes } from "./column-kinds.ts";
import { notStorable, readsBack, suits, writable } from "./writing.ts";

interface FlagValues {
  readonly true: readonly ErpValue[];
  readonly false: readonly ErpValue[];
}

/**
 * A boolean. Without `values`: `Y`, `1` and true are true; `N`, `0`, false, blank and NULL are false.
 * Accepts: CHAR, VARCHAR, numbers, BOOLEAN. Wire: boolean. Any other value is drift.
 * Writes the first of the meaning's values that the column's type takes: `Y` into a text, 1 into a number.
 */
export function flag<const S extends ColumnSource>(
  column: S,
  values?: FlagValues,
): Conversion<ColumnOf<S>, boolean, boolean, "filter", string | number | boolean> {
  const meanings = [
    ...(values?.true ?? ["Y", 1, true]).map((erp) => ({ erp, meaning: true })),
    ...(values?.false ?? ["N", "", 0, false, null]).map((erp) => ({ erp, meaning: false })),
  ];
  const known = new Map(meanings.map(({ erp, meaning }) => [written(erp), meaning]));
  return {
    kind: "flag",
    columns: [column],
    accepts: [codes],
    read(row, at, drift) {
      const meaning = known.get(written(row[at]));
      if (meaning === undefined) drift("flag", [column], "neither yes nor no", written(row[at]).slice(0, 10));
      return meaning;
    },
    ...writable([column], (value, [info] = []) => {
      const found = meanings.find(({ erp, meaning }) => meaning === value && known.get(written(erp)) === meaning && suits(erp, info) && fits(erp, info));
      return found === undefined ? (typeof value === "boolean" ? notStorable : "Must be true or false.") : [found.erp];
    }),
    inverse: {
      equal: (value) => meanings.filter(({ meaning }) => String(meaning) === value).map(({ erp }) => [erp]),
    },
  };
}

/** A blank fits into every text, and nothing that is not read as itself into a number. */
function fits(erp: ErpValue, info: ColumnInfo | undefined): boolean {
  if (typeof erp !== "string" && typeof erp !== "number") return true;
  return readsBack(String(erp), info) && (info?.type !== "text" || info.length === undefined || trimEnd(String(erp)).length <= info.length);
}

/** A digit in a CHAR or NUMERIC column is the number it shows; NULL, which no text can be, is written apart. */
function written(value: unknown): string {
  return isNull(value) ? "\u0000" : trimEnd(String(value));
}
