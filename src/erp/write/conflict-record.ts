/** A conflict as it is kept: both sides' values, the rule, and what was decided by whom. */

import { hash } from "node:crypto";
import type { Conflict } from "./merge.ts";
import type { BodySeal } from "./receipt.ts";

export interface ConflictRecord extends Conflict {
  readonly id: string;
  /** The partner's id in the gateway. */
  readonly partner: string;
  readonly resource: string;
  /** Public id of the thing. */
  readonly thing: string;
  /** The command that the partner's value came with. */
  readonly command: string;
  /** What the partner sent beside fields of the model, such as `effective_at`: the command may need it again. */
  readonly besides: Readonly<Record<string, unknown>>;
  /** Values are null that no known key opens. */
  readonly readable: boolean;
  readonly createdAt: Date;
  /** Absent while it waits for a person. */
  readonly resolution?: Resolution;
}

export interface Resolution {
  readonly at: Date;
  /** Whose value it is; absent where nothing was written. */
  readonly took?: "partner" | "erp";
  /** Who decided; absent: the rule did. */
  readonly by?: string;
  readonly note?: string;
}

export type NewConflict = Omit<ConflictRecord, "id" | "resolution" | "readable">;

/** What only the gateway can read, and its partner's people and the ERP's have to be asked about. */
export interface SealedValues {
  readonly erpValue: unknown;
  readonly partnerValue: unknown;
  readonly besides: Readonly<Record<string, unknown>>;
}

/** A person has to look where a decision was put off, and where the ERP overwrote what it does not own. */
export function needsPerson({ rule, outcome }: Pick<Conflict, "rule" | "outcome">): boolean {
  return outcome === "parked" || (rule === "owner" && outcome === "erp");
}

/** Whose value stands by the rule. */
export function tookOf({ outcome }: Pick<Conflict, "outcome">): "partner" | "erp" | undefined {
  return outcome === "partner" || outcome === "erp" ? outcome : undefined;
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Tells one conflict from another, so that the same one is kept once: 80 bits over what happened, in Crockford's base 32.
 * `occasion`: the request, or the change, that it comes from. `salt` keeps values from being guessed by trying.
 */
export function conflictId(salt: string, occasion: string, conflict: NewConflict): string {
  const { resource, thing, field, rule, outcome, erpValue, partnerValue } = conflict;
  const bytes = hash("sha256", JSON.stringify([salt, occasion, resource, thing, field, rule, outcome, erpValue, partnerValue]), "buffer");
  let rest = bytes.readBigUInt64BE() * 65536n + BigInt(bytes.readUInt16BE(8));
  let id = "";
  for (let place = 0; place < 16; place++) {
    id = `${alphabet[Number(rest & 31n)]}${id}`;
    rest >>= 5n;
  }
  return id;
}

export function sealValues({ erpValue, partnerValue, besides }: NewConflict, id: string, seal: BodySeal): Uint8Array {
  const values: SealedValues = { erpValue: erpValue ?? null, partnerValue: partnerValue ?? null, besides };
  return seal.seal(Buffer.from(JSON.stringify(values)), sealedFor(id));
}

/** Undefined where no known key opens them. */
export function openValues(sealed: Uint8Array, id: string, seal: BodySeal): SealedValues | undefined {
  const plain = seal.open(sealed, sealedFor(id));
  return plain && (JSON.parse(Buffer.from(plain).toString()) as SealedValues); // authenticated: only `sealValues` can have written it
}

/** What a seal is bound to: the place it stands in, so that no value can be moved to another. */
export function sealedFor(place: string): Uint8Array {
  return hash("sha256", place, "buffer").subarray(0, 16);
}
