/** The table of conflicts in the ERP's database: statements that add, list, show and settle them. */

import type { SourceDeclaration } from "../binding/source.ts";
import { join, raw, type Sql, sql } from "../binding/sql.ts";
import type { Dialect, Rows, Statement } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { type ConflictRecord, conflictId, type NewConflict, needsPerson, openValues, type Resolution, sealValues, tookOf } from "./conflict-record.ts";
import { footprintName } from "./footprint-name.ts";
import type { BodySeal } from "./receipt.ts";

export interface ConflictFilter {
  readonly state?: "open" | "resolved";
  readonly partner?: string;
  readonly resource?: string;
}

/** Where a page of the list ends. */
export interface ConflictPosition {
  readonly state: "open" | "resolved";
  readonly createdAtMs: number;
  readonly id: string;
}

export interface ConflictTable {
  /** Undefined where there is nothing to add. One that is kept already stays as it is. */
  insert(occasion: string, conflicts: readonly NewConflict[]): Statement | undefined;
  /** Open ones first, newest first. */
  list(filter: ConflictFilter, after: ConflictPosition | undefined, limit: number): Statement;
  find(id: string): Statement;
  read(rows: Rows): readonly ConflictRecord[];
  positionOf(record: ConflictRecord): ConflictPosition;
  /** Changes one row, or none where somebody else has decided meanwhile. */
  resolve(id: string, resolution: Required<Pick<Resolution, "at" | "took" | "by">> & Pick<Resolution, "note">): Statement;
  /** Removes decided ones from before a time, some at a time. */
  prune(before: Date, limit: number): Statement;
}

const columns = raw("id, state, partner, resource, thing, field, command, rule, outcome, sealed, created_at_ms, resolved_at_ms, resolved_by, took, note");

/** `salt`: the gateway's own. */
export function conflictTable(source: SourceDeclaration, dialect: Dialect, seal: BodySeal, salt: string): ConflictTable {
  const table = footprintName(source, "conflict");
  // The key is the record's own digest: whoever comes second has nothing to add.
  const orLeave = raw(source.dialect === "postgres" ? "ON CONFLICT (id) DO NOTHING" : "ON DUPLICATE KEY UPDATE id = id");
  const statement = (text: Sql): Statement => ({ ...write(text, dialect), unprepared: true });

  function valuesOf(occasion: string, conflict: NewConflict): Sql {
    const id = conflictId(salt, occasion, conflict);
    const open = needsPerson(conflict);
    const createdAt = conflict.createdAt.getTime();
    const { partner, resource, thing, field, command, rule, outcome } = conflict;
    return sql`(${id}, ${open ? "open" : "resolved"}, ${partner}, ${resource}, ${thing}, ${field}, ${command}, ${rule}, ${outcome},
      ${sealValues(conflict, id, seal)}, ${createdAt}, ${open ? null : createdAt}, ${null}, ${(!open && tookOf(conflict)) || null}, ${null})`;
  }

  return {
    insert(occasion, conflicts) {
      if (conflicts.length === 0) return undefined;
      const rows = conflicts.map((conflict) => valuesOf(occasion, conflict));
      return statement(sql`INSERT INTO ${table} (${columns}) VALUES ${join(rows, ", ")} ${orLeave}`);
    },
    list({ state, partner, resource }, after, limit) {
      const conditions: Sql[] = [];
      if (state !== undefined) conditions.push(sql`state = ${state}`);
      if (partner !== undefined) conditions.push(sql`partner = ${partner}`);
      if (resource !== undefined) conditions.push(sql`resource = ${resource}`);
      if (after !== undefined)
        conditions.push(
          sql`state >= ${after.state} AND (state > ${after.state} OR created_at_ms < ${after.createdAtMs} OR (created_at_ms = ${after.createdAtMs} AND id < ${after.id}))`,
        );
      const where = conditions.length === 0 ? sql`` : sql`WHERE ${join(conditions, " AND ")} `;
      return statement(sql`SELECT ${columns} FROM ${table} ${where}ORDER BY state, created_at_ms DESC, id DESC LIMIT ${limit}`);
    },
    find: (id) => statement(sql`SELECT ${columns} FROM ${table} WHERE id = ${id}`),
    read: (rows) => rows.map((row) => recordOf(row, seal)),
    positionOf: ({ id, createdAt, resolution }) => ({ state: resolution === undefined ? "open" : "resolved", createdAtMs: createdAt.getTime(), id }),
    resolve: (id, { at, took, by, note }) =>
      statement(
        sql`UPDATE ${table} SET state = 'resolved', resolved_at_ms = ${at.getTime()}, resolved_by = ${by}, took = ${took}, note = ${note ?? null} WHERE id = ${id} AND state = 'open'`,
      ),
    prune(before, limit) {
      const old = sql`state = 'resolved' AND created_at_ms < ${before.getTime()}`;
      // Postgres deletes with no limit, MariaDB refuses to read the table that it deletes from.
      return statement(
        source.dialect === "postgres"
          ? sql`DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE ${old} LIMIT ${limit})`
          : sql`DELETE FROM ${table} WHERE ${old} LIMIT ${limit}`,
      );
    },
  };
}

type Row = readonly [
  id: string,
  state: string,
  partner: string,
  resource: string,
  thing: string,
  field: string,
  command: string,
  rule: ConflictRecord["rule"],
  outcome: ConflictRecord["outcome"],
  sealed: Uint8Array,
  createdAtMs: string | number,
  resolvedAtMs: string | number | null,
  resolvedBy: string | null,
  took: "partner" | "erp" | null,
  note: string | null,
];

function recordOf(row: readonly unknown[], seal: BodySeal): ConflictRecord {
  // As the columns are declared; only the gateway writes this table.
  const [id, state, partner, resource, thing, field, command, rule, outcome, sealed, createdAtMs, resolvedAtMs, by, took, note] = row as Row;
  const opened = openValues(sealed, id, seal);
  const values = opened ?? { erpValue: null, partnerValue: null, besides: {} };
  const at = new Date(Number(resolvedAtMs ?? createdAtMs));
  const resolution = { at, ...(took !== null && { took }), ...(by !== null && { by }), ...(note !== null && { note }) };
  return {
    ...{ id, partner, resource, thing, field, command, rule, outcome, ...values, readable: opened !== undefined, createdAt: new Date(Number(createdAtMs)) },
    ...(state === "resolved" && { resolution }),
  };
}
