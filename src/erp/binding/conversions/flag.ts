/** `flag`: yes and no in all the ways ERPs write them. */

import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { codes } from "./column-kinds.ts";

interface FlagValues {
  readonly true: readonly ErpValue[];
  readonly false: readonly ErpValue[];
}

/**
 * A boolean. Without `values`: `Y`, `1` and true are true; `N`, `0`, false, blank and NULL are false.
 * Accepts: CHAR, VARCHAR, numbers, BOOLEAN. Wire: boolean. Any other value is drift.
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
    inverse: {
      equal: (value) => meanings.filter(({ meaning }) => String(meaning) === value).map(({ erp }) => [erp]),
    },
  };
}

/** A digit in a CHAR or NUMERIC column is the number it shows; NULL, which no text can be, is written apart. */
function written(value: unknown): string {
  return isNull(value) ? "\u0000" : trimEnd(String(value));
}
