/** Which things the queue of triggers holds a change of, so that a scan leaves them to it. */

import { decodeId } from "../binding/id.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import { member, raw, type Sql, sql } from "../binding/sql.ts";
import type { ColumnInfo, Dialect } from "../dialects/dialect.ts";
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
  const nameOf = source.dialect === "postgres" ? nameOnPostgres : nameOnMariadb;

  return async ({ database, catalog }, resource, ids) => {
    const concerned = byName.get(resource);
    if (concerned === undefined || ids.length === 0) return new Set();
    const { naming, others, resource: of } = concerned;
    const key = of.binding.key.map((column) => catalog.get(physicalName(source, of.binding.table))?.get(column));
    const named = new Map<string, string>();
    const unnamed: string[] = [];
    for (const id of ids) {
      const name = key.every(isSpelledAlike) ? nameOf(decodeId(id, key.length) ?? []) : undefined;
      if (name === undefined) unnamed.push(id);
      else named.set(name, id);
    }
    const ask = (statement: Sql) => database.query({ ...write(statement, dialect), unprepared: true });
    const rows = await ask(waiting(naming, others, [...named.keys()]));
    if (rows.some(([thing]) => thing === null)) return new Set(ids);
    const pending = rows.flatMap(([thing]) => named.get(String(thing)) ?? named.get(String(thing).toLowerCase()) ?? []);
    if (unnamed.length > 0 && (await ask(sql`SELECT 1 FROM ${table} WHERE fault IS NULL AND ${member(raw("relation"), naming)} LIMIT 1`)).length > 0)
      pending.push(...unnamed);
    return new Set(pending);
  };

  /** NULL among the things: a change that may be of any of them. */
  function waiting(naming: readonly string[], others: readonly string[], things: readonly string[]): Sql {
    return sql`SELECT DISTINCT thing FROM ${table} WHERE fault IS NULL AND ${member(raw("relation"), naming)}
  AND (${member(raw("thing"), things)} OR ${member(raw("lower(thing)"), things)})
UNION ALL
SELECT NULL FROM (SELECT 1 AS one FROM ${table}
  WHERE fault IS NULL AND ((thing IS NULL AND ${member(raw("relation"), naming)}) OR ${member(raw("relation"), others)}) LIMIT 1) unnamed`;
  }
}

/** A moment is written in one way by the driver and in another in an image; and bytes of wide characters are others. */
function isSpelledAlike(info: ColumnInfo | undefined): boolean {
  return (
    info !== undefined && info.type !== "timestamp" && info.type !== "float" && info.type !== "binary" && !/^(?:ucs2|utf16|utf32)/.test(info.charset ?? "")
  );
}

/** As triggers name things there: the texts of the key. */
function nameOnPostgres(key: readonly string[]): string {
  return key.join("~");
}

/** Hexadecimals of the bytes in the column's own character set, which is known of no other than these. */
function nameOnMariadb(key: readonly string[]): string | undefined {
  if (key.some((part) => /[^\x20-\x7e]/.test(part))) return undefined;
  return key
    .map((part) => Buffer.from(part, "latin1").toString("hex").toUpperCase())
    .join("~")
    .slice(0, longestOnMariadb);
}

const longestOnMariadb = 190;

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
