/** Which tables of a source triggers watch, which of their columns, and what a row of each has to do with which resource. */

import { createHash } from "node:crypto";
import type { ChildRows } from "../binding/conversion.ts";
import type { BoundResource } from "../binding/source.ts";
import { usesOf } from "../check/uses.ts";

/** What rows of a table are to a resource. */
export type TableRole =
  | { readonly kind: "base"; readonly resource: BoundResource }
  /** `levels`: from the level below the resource to the one that this table holds. */
  | { readonly kind: "child"; readonly resource: BoundResource; readonly field: string; readonly levels: readonly ChildRows[] }
  | { readonly kind: "join"; readonly resource: BoundResource; readonly alias: string };

export interface CapturedTable {
  /** As the bindings call it. */
  readonly table: string;
  /** Columns whose values are noted, sorted. */
  readonly columns: readonly string[];
  /** Those of them that tell which thing a row belongs to, in the same order for a header and its lines; none where only a look at other rows tells. */
  readonly thing: readonly string[];
  readonly roles: readonly TableRole[];
  /** Of all that a trigger on it is made of. */
  readonly digest: string;
}

/** Changes whenever triggers are made in another way, so that those of before are replaced. */
const made = 1;

/** Whether events of the resource can be captured by triggers: a function's rows are no table's. */
export function isCapturedByTriggers({ contract, source, binding }: BoundResource): boolean {
  return source.footprint === "full" && Object.keys(contract.events).length > 0 && binding.args === undefined;
}

/** `resources`: those of one source. Tables in the order of their names. */
export function capturedTables(resources: readonly BoundResource[]): readonly CapturedTable[] {
  const tables = new Map<string, { readonly columns: Set<string>; readonly thing: string[]; readonly roles: TableRole[] }>();
  const captured = resources.filter(isCapturedByTriggers);
  for (const resource of captured)
    for (const { table, thing, role } of rolesIn(resource)) {
      const known = tables.get(table) ?? { columns: new Set(), thing: [], roles: [] };
      if (known.thing.length === 0) known.thing.push(...thing);
      known.roles.push(role);
      tables.set(table, known);
    }
  for (const resource of captured) for (const { table, column } of usesOf(resource).columns) tables.get(table)?.columns.add(column);
  return [...tables]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([table, { columns, thing, roles }]) => {
      const sorted = [...columns].sort();
      const digest = createHash("sha256")
        .update(JSON.stringify([made, table, sorted, thing]))
        .digest("hex")
        .slice(0, 16);
      return { table, columns: sorted, thing, roles, digest };
    });
}

interface RoleOfTable {
  readonly table: string;
  readonly thing: readonly string[];
  readonly role: TableRole;
}

function rolesIn(resource: BoundResource): readonly RoleOfTable[] {
  const { binding } = resource;
  const found: RoleOfTable[] = [binding.table, ...binding.alsoIn].map((table) => ({ table, thing: binding.key, role: { kind: "base", resource } }));
  const below = (field: string, levels: readonly ChildRows[], rows: ChildRows, key: readonly string[]): void => {
    const here = [...levels, rows];
    const tied = key.map((column) => rows.on.find(([, parent]) => parent === column)?.[0]);
    const thing = tied.filter((column) => column !== undefined);
    const known = thing.length === key.length ? thing : [];
    for (const table of [rows.table, ...rows.alsoIn]) found.push({ table, thing: known, role: { kind: "child", resource, field, levels: here } });
    for (const { children } of Object.values(rows.fields)) if (children !== undefined) below(field, here, children, known);
  };
  for (const [field, { children }] of Object.entries(binding.fields)) if (children !== undefined) below(field, [], children, binding.key);
  for (const [alias, { table, alsoIn = [] }] of Object.entries(binding.joins))
    for (const name of [table, ...alsoIn]) found.push({ table: name, thing: [], role: { kind: "join", resource, alias } });
  return found;
}
