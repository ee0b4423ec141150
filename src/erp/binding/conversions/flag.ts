/** `flag`: yes and no in all the ways ERPs write them. */

import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";

interface FlagValues {
  readonly true: readonly ErpValue[];
  readonly false: readonly ErpValue[];
}

/**
 * A boolean. Without `values`: `Y`, `1` and true are true; `N`, `0`, false, blank and NULL are false.
 * Accepts: CHAR, VARCHAR, integers, BOOLEAN. Wire: boolean. Any other value is drift.
 */
export function flag<const S extends ColumnSource>(column: S, values?: FlagValues): Conversion<ColumnOf<S>, boolean, boolean, "filter", string | number | boolean> {
  const known = new Map<unknown, boolean>();
  for (const value of values?.true ?? ["Y", 1, true]) known.set(value, true);
  for (const value of values?.false ?? ["N", "", 0, false, null]) known.set(value, false);
  return {
    kind: "flag",
    columns: [column],
    read(row, at, drift) {
      const raw = row[at];
      const value = typeof raw === "string" ? trimEnd(raw) : isNull(raw) ? null : raw;
      const meaning = known.get(value);
      if (meaning === undefined) drift("flag", [column], "neither yes nor no", String(value).slice(0, 10));
      return meaning;
    },
    inverse: {
      equal: (value) => [...known].filter(([, meaning]) => String(meaning) === value).map(([erp]) => [erp as ErpValue]), // the keys are the ErpValues above
    },
  };
}
