/** Which things the queue of triggers holds a change of, so that a scan leaves them to it. */

import { decodeId } from "../binding/id.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import { member, raw, type Sql, sql } from "../binding/sql.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { physicalName } from "../read/relation.ts";
import { footprintName } from "../write/footprint-name.ts";
import { type CapturedTable, capturedTables, type TableRole } from "./captured-tables.ts";
import type { PendingChanges } from "./scan-step.ts";

/** Tables whose changes concern a resource: those whose changes name the thing, and those that tell it only when they are read. */
interface Concerning {
  readonly resource: BoundResource;
  readonly naming: readonly string[];
  readonly others: readonly string[];
}

/**
 * Says of rather too many things that a change of them waits. Of changes that were set aside it says nothing: they will never be read,
 * and what they were of is for the scan to find.
 */
export function pendingChanges(source: SourceDeclaration, dialect: Dialect, resources: readonly BoundResource[]): PendingChanges {
  const table = footprintName(source, "change");
  const watched = capturedTables(resources.filter((resource) => resource.source.name === source.name));
  const byName = new Map(resources.map((resource) => [resource.contract.name, concerning(resource, watched)]));

  return async ({ database, catalog }, resource, ids) => {
    const concerned = byName.get(resource);
    if (concerned === undefined || ids.length === 0) return new Set();
    const { binding } = concerned.resource;
    // A moment is written in one way by the driver, and in another in an image.
    const isNamed = binding.key.every((column) => catalog.get(physicalName(source, binding.table))?.get(column)?.type !== "timestamp");
    const [naming, others] = isNamed ? [concerned.naming, concerned.others] : [[], [...concerned.naming, ...concerned.others]];
    if (naming.length + others.length === 0) return new Set();
    const texts = new Map(ids.map((id) => [textOf(id, binding.key.length), id]));
    const rows = await database.query({ ...write(waiting(naming, others, [...texts.keys()]), dialect), unprepared: true });
    if (rows.some(([thing]) => thing === null)) return new Set(ids);
    return new Set(rows.flatMap(([thing]) => texts.get(String(thing).toLowerCase()) ?? []));
  };

  function waiting(naming: readonly string[], others: readonly string[], things: readonly string[]): Sql {
    return sql`SELECT DISTINCT thing FROM ${table} WHERE fault IS NULL AND ${member(raw("relation"), naming)} AND ${member(raw("lower(thing)"), things)}
UNION ALL
SELECT NULL FROM (SELECT 1 AS one FROM ${table}
  WHERE fault IS NULL AND ((thing IS NULL AND ${member(raw("relation"), naming)}) OR ${member(raw("relation"), others)}) LIMIT 1) unnamed`;
  }
}

function textOf(id: string, width: number): string {
  return (decodeId(id, width)?.join("~") ?? id).toLowerCase();
}

function concerning(resource: BoundResource, watched: readonly CapturedTable[]): Concerning {
  const naming: string[] = [];
  const others: string[] = [];
  for (const { table, thing, roles } of watched) {
    const own = roles.filter((role) => role.resource === resource);
    if (own.length === 0) continue;
    const names = own.every((role) => thing.length > 0 && keyIn(role).join(",") === thing.join(","));
    (names ? naming : others).push(table);
  }
  return { resource, naming, others };
}

/** The columns of the table that hold the thing's key; none where it holds no whole one. */
function keyIn(role: TableRole): readonly (string | undefined)[] {
  if (role.kind === "join") return [undefined];
  const { key } = role.resource.binding;
  if (role.kind === "base") return key;
  return role.levels.reduce<readonly (string | undefined)[]>(
    (columns, { on }) => columns.map((column) => on.find(([, parent]) => parent === column)?.[0]),
    key,
  );
}
