/** Conflicts in words and as JSON. */

import type { ConflictRecord, Decided } from "#gateway";
import type { Environment } from "../open-erp.ts";

export interface Shown {
  readonly record: ConflictRecord;
  readonly source: string;
  readonly environment: Environment;
  /** The partner's name, or its id where it has none any more. */
  readonly partner: string;
}

export function stateOf({ resolution }: ConflictRecord): "open" | "resolved" {
  return resolution === undefined ? "open" : "resolved";
}

/** What happened, and what was decided, in a few words. */
export function oneLine({ record }: Shown): string {
  const { resolution } = record;
  return happened(record) + (resolution?.by === undefined ? "" : `; ${resolution.by} took ${sides[resolution.took ?? "erp"]} value`);
}

function happened({ rule, outcome }: ConflictRecord): string {
  if (rule === "owner") return outcome === "erp" ? "the ERP overwrote the partner's field" : "the partner wrote over the ERP's change";
  return `${rule}: ${outcomes[outcome]}`;
}

const outcomes = {
  rejected: "nothing was written",
  erp: "the ERP's value stands",
  partner: "the partner's value was written",
  parked: "put off for a person",
} as const;
const sides = { partner: "the partner's", erp: "the ERP's" } as const;

export function conflictInWords(shown: Shown): string {
  const { record, source, environment, partner } = shown;
  const { id, resource, thing, field, command, rule, createdAt, resolution, readable } = record;
  const value = (of: unknown): string => (readable ? JSON.stringify(of) : "(sealed with another SLUICE_SECRET)");
  const lines: readonly (readonly [string, string])[] = [
    ["Conflict", `${id} (${stateOf(record)})`],
    ["Where", `${resource}/${thing}, field ${field}; ${source}, ${environment}`],
    ["Partner", partner],
    ["Command", command],
    ["Rule", rule === "owner" ? "owner (the field is the partner's own)" : rule],
    ["ERP's value", value(record.erpValue)],
    ["Partner's value", value(record.partnerValue)],
    ["What happened", happened(record)],
    ["When", createdAt.toISOString()],
    ["Decided", resolution === undefined ? `not yet: sluice conflict resolve ${id} --take partner|erp --by <name>` : decision(resolution)],
    ...(resolution?.note === undefined ? [] : [["Note", resolution.note] as const]),
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines.map(([title, text]) => `${`${title}:`.padEnd(width + 2)}${text}`).join("\n");
}

function decision({ by, took, at }: NonNullable<ConflictRecord["resolution"]>): string {
  const who = by === undefined ? "by the rule" : `by ${by}`;
  return `${who}, ${at.toISOString()}${took === undefined ? "" : `: ${sides[took]} value`}`;
}

export function decidedInWords(decided: Decided, { record }: Shown): string {
  switch (decided.kind) {
    case "resolved":
      return `Resolved ${record.id}: ${sides[record.resolution?.took ?? "erp"]} value of ${record.field} stands.`;
    case "already-resolved":
      return `It has been decided already: ${record.resolution === undefined ? "by somebody else" : decision(record.resolution)}. Nothing was changed.`;
    case "moved-on":
      return `The ERP's value is another than when this was recorded: ${JSON.stringify(decided.present)}. Nothing was changed; --force writes all the same.`;
    case "refused":
      return `${decided.why} Nothing was changed.`;
  }
}

export function conflictToJson({ record, source, environment, partner }: Shown) {
  const { resolution } = record;
  return {
    id: record.id,
    state: stateOf(record),
    source,
    environment,
    partner: { id: record.partner, name: partner },
    resource: record.resource,
    thing: record.thing,
    field: record.field,
    command: record.command,
    rule: record.rule,
    outcome: record.outcome,
    readable: record.readable,
    erp_value: record.erpValue,
    partner_value: record.partnerValue,
    created_at: record.createdAt.toISOString(),
    resolved_at: resolution?.at.toISOString() ?? null,
    resolved_by: resolution?.by ?? null,
    took: resolution?.took ?? null,
    note: resolution?.note ?? null,
  };
}
