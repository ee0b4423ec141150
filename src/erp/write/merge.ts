/** What of an update is written when others changed the thing since the caller read it: field by field, by owner and rule. */

import type { FieldConflict } from "#contract/command-call.ts";
import type { Contract } from "#contract/contract.ts";
import type { ChangedFields } from "../read/entity-tag.ts";
import { agrees } from "./agrees.ts";

/** With both sides' values. */
export interface Conflict extends FieldConflict {
  /** As it stood in the ERP when the request came. */
  readonly erpValue: unknown;
  /** As the partner wanted it. */
  readonly partnerValue: unknown;
}

export interface MergeRequest {
  /** What became of the fields since the caller read them; `any`: the caller does not care (`If-Match: *`, or none). */
  readonly base: ChangedFields | "any";
  /** The thing as it stands, read under its lock. */
  readonly item: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
  /** Fields that stand as a partner last wrote them through the gateway: the rules are for changes by the ERP, not for two writers here. */
  readonly writtenHere: ReadonlySet<string>;
  readonly now: Date;
}

export interface Merge {
  /** The input's members that are to be written. */
  readonly write: Readonly<Record<string, unknown>>;
  readonly conflicts: readonly Conflict[];
  /** Nothing may be written: 412, with the present values. */
  readonly refused: boolean;
  /** Every field of the request was decided for the ERP, or parked: there is nothing left to do. */
  readonly idle: boolean;
}

type Decision = Pick<FieldConflict, "rule" | "outcome">;

/**
 * Decides each field of an update. Fields that only one side changed do not conflict, nor do those that both sides set to the
 * same value; but of two writers here who raise the same count, the second is told. A rejected field stops the whole request. So does a tag that says nothing of single fields: to apply a rule to a
 * change that may not have happened would lose the caller's.
 */
export function mergeFields(contract: Contract, request: MergeRequest): Merge {
  const { base, item, input } = request;
  const write: Record<string, unknown> = {};
  const conflicts: Conflict[] = [];
  let fields = 0;
  let kept = 0;
  for (const [member, value] of Object.entries(input)) {
    const isField = Object.hasOwn(contract.model.shape, member);
    if (value !== undefined && isField) fields += 1;
    const clashes = isField && mayHaveChanged(base, member) && (request.writtenHere.has(member) || !agrees(value, item[member]));
    if (value === undefined || !clashes) {
      write[member] = value;
      if (value !== undefined && isField) kept += 1;
      continue;
    }
    const decision = base !== "any" && base.kind === "unknown" ? rejected(ruleOf(contract, member)) : decide(contract, member, request);
    conflicts.push({ field: member, ...decision, erpValue: item[member] ?? null, partnerValue: value });
    if (decision.outcome !== "partner") continue;
    write[member] = value;
    kept += 1;
  }
  const refused = (base !== "any" && base.kind === "unknown") || conflicts.some(({ outcome }) => outcome === "rejected");
  if (refused) return { write: {}, conflicts: conflicts.map((conflict) => ({ ...conflict, outcome: "rejected" })), refused, idle: false };
  return { write, conflicts, refused, idle: fields > 0 && kept === 0 };
}

function mayHaveChanged(base: MergeRequest["base"], field: string): boolean {
  if (base === "any" || base.kind === "same") return false;
  return base.kind === "unknown" || base.fields.has(field);
}

/** Fields nobody declared belong to the ERP. No command takes them; if one did, nobody would be overwritten unasked. */
function ruleOf(contract: Contract, field: string): FieldConflict["rule"] {
  if (contract.owner[field] === "partner") return "owner";
  return contract.owner[field] === "shared" ? (contract.conflict[field] ?? "reject") : "reject";
}

function decide(contract: Contract, field: string, { item, input, writtenHere, now }: MergeRequest): Decision {
  const rule = ruleOf(contract, field);
  if (writtenHere.has(field)) return rejected("reject");
  switch (rule) {
    case "owner":
    case "partner-wins":
      return { rule, outcome: "partner" };
    case "erp-wins":
      return { rule, outcome: "erp" };
    case "newest":
      return { rule, outcome: isNewer(input["effective_at"], item[contract.newestBy ?? ""], now) ? "partner" : "erp" };
    case "review":
      return { rule, outcome: "parked" };
    case "reject":
      return rejected(rule);
  }
}

function rejected(rule: FieldConflict["rule"]): Decision {
  return { rule, outcome: "rejected" };
}

/** How far a partner's clock may be ahead of ours. A change from the future would win for good. */
const clockToleranceMs = 300_000;

/** Whether the partner's change (RFC 3339) came after the ERP's last one. Equal or unknown: it did not. */
function isNewer(effectiveAt: unknown, changedAt: unknown, now: Date): boolean {
  const partner = typeof effectiveAt === "string" ? Date.parse(effectiveAt) : Number.NaN;
  const erp = typeof changedAt === "string" ? Date.parse(changedAt) : Number.NaN;
  return partner > erp && partner <= now.getTime() + clockToleranceMs;
}
