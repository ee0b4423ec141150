/** Compares what a binding uses with what the ERP has now, and with what it had when that was recorded. */

import type { BoundResource } from "../binding/source.ts";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";
import { physicalName } from "../read/relation.ts";
import { changeOf, inWords, type RecordedSchema, recordColumn } from "./recorded-schema.ts";
import { type ColumnUse, usesOf } from "./uses.ts";

/**
 * `missing`: statements that name it fail. `unreadable`: its values cannot be converted. `changed`: still served, and
 * somebody should look.
 */
export interface Finding {
  readonly kind: "missing" | "unreadable" | "changed" | "failing";
  /** Where the binding names it: `field reference, where`. Empty where the whole resource is meant. */
  readonly places: string;
  /** A sentence without its full stop, which names table and column. */
  readonly what: string;
}

/** Pure: no database is asked. */
export function compareWithSchema(resource: BoundResource, catalog: Catalog, recorded: RecordedSchema | undefined): readonly Finding[] {
  const { source } = resource;
  const uses = usesOf(resource);
  const found = new Map<string, { readonly finding: Omit<Finding, "places">; readonly places: Set<string> }>();
  const note = (place: string, kind: Finding["kind"], what: string): void => {
    const known = found.get(what) ?? { finding: { kind, what }, places: new Set() };
    known.places.add(place);
    found.set(what, known);
  };

  const missing = new Set<string>();
  const isPart = (place: string): boolean => /^(?:table$|alsoIn$|join |lines )/.test(place);
  for (const { table, place } of uses.tables) {
    const physical = physicalName(source, table);
    if (catalog.has(physical)) continue;
    if (isPart(place)) missing.add(physical);
    note(place, "missing", missingTable(physical));
  }
  for (const use of uses.columns) {
    const physical = physicalName(source, use.table);
    // Of a part of the resource all fields are missing; of a table that is looked up in, those that do.
    if (!catalog.has(physical)) {
      if (!missing.has(physical)) note(use.place, "missing", missingTable(physical));
      continue;
    }
    const info = columnOf(catalog, physical, use.column);
    if (info === undefined) note(use.place, "missing", `${physical} has no column ${use.column} that this account may read`);
    else compareColumn(use, physical, info, recorded, note);
  }
  return [...found.values()].map(({ finding, places }) => ({ ...finding, places: [...places].join(", ") }));
}

function missingTable(physical: string): string {
  return `there is no table, view or function ${physical} that this account may read`;
}

/** MariaDB takes a column's name in any case. */
function columnOf(catalog: Catalog, table: string, column: string): ColumnInfo | undefined {
  const columns = catalog.get(table);
  return columns?.get(column) ?? [...(columns ?? [])].find(([name, info]) => info.foldedName === true && name.toLowerCase() === column.toLowerCase())?.[1];
}

function compareColumn(
  use: ColumnUse,
  table: string,
  info: ColumnInfo,
  recorded: RecordedSchema | undefined,
  note: (place: string, kind: Finding["kind"], what: string) => void,
): void {
  const now = recordColumn(info);
  const column = `${table}.${use.column}`;
  const before = recorded?.tables[table]?.[use.column];
  // A type that the engine does not know is nobody's error: its values may read well.
  if (use.accepts !== undefined && info.type !== "other" && !use.accepts.includes(info.type)) {
    const was = before !== undefined && inWords(before) !== inWords(now) ? `; it was ${inWords(before)}` : "";
    note(use.place, "unreadable", `${use.kind ?? "the conversion"} cannot read ${column}, which is ${inWords(now)}${was}`);
    return;
  }
  if (before === undefined) return;
  const change = changeOf(before, now);
  if (change !== undefined) note(use.place, "changed", `${column} was ${change} from ${inWords(before)} to ${inWords(now)}`);
  if (!before.nullable && now.nullable && use.mustHaveValue) note(use.place, "changed", `${column} may be NULL now, and the field may not`);
  if (before.nullable && !now.nullable) note(use.place, "changed", `${column} may be NULL no longer`);
}
