/** Walks the chain of audit records and names the first place where it does not hold, and how it was broken. */
import type { AuditHead, AuditRecord, AuditRecords } from "./audit-records.ts";
import { type AuditChain, firstPrevious } from "./chain.ts";

/** A record that somebody noted where the database cannot be written: `120:5f3c...`. */
export interface Anchor {
  readonly seq: number;
  readonly hash: string;
}

export type Breach =
  /** The record is not as it was made. */
  | "altered"
  | "removed"
  /** A record that was made for another place stands in this one. */
  | "reordered"
  /** A record that was never made here, or a copy of one. */
  | "inserted"
  /** The signed end of the chain is not what it was. */
  | "head-altered"
  /** The chain holds, but it is not the one that the anchor was noted of. */
  | "replaced"
  /** Made under a secret that is not configured, so nothing can be said. */
  | "unknown-key";

export interface Verified {
  /** Records that hold, from the first that was looked at. */
  readonly records: number;
  /** The newest one that holds, to be noted as an anchor; undefined: there is none. */
  readonly end: Anchor | undefined;
  readonly broken: { readonly seq: number; readonly how: Breach; readonly detail: string } | undefined;
}

export interface VerifyOptions {
  readonly anchor?: Anchor | undefined;
  /** Take what stands before the anchor for verified. */
  readonly sinceAnchor?: boolean;
}

/** Records held at a time. */
const pageSize = 1_000;

export async function verifyChain(records: AuditRecords, chain: AuditChain, { anchor, sinceAnchor = false }: VerifyOptions = {}): Promise<Verified> {
  // Both of one moment: what is appended from now on is for the next time.
  const { head, last } = await records.end();
  const broken = (seq: number, how: Breach, detail: string): Verified["broken"] => ({ seq, how, detail });
  let [verified, seq, previous]: [number, number, Uint8Array] = [0, 0, firstPrevious];
  const ended = (breach: Verified["broken"]): Verified => ({ records: verified, end: seq === 0 ? undefined : { seq, hash: hex(previous) }, broken: breach });
  if (!head) return ended(broken(last + 1, "head-altered", "The signed end of the chain is missing."));

  if (sinceAnchor && anchor) {
    const [found] = await records.page(anchor.seq - 1, anchor.seq, 1);
    if (!found) return ended(broken(anchor.seq, "removed", `Record ${anchor.seq}, which the anchor names, is missing.`));
    if (hex(found.hash) !== anchor.hash) return ended(broken(anchor.seq, "replaced", differs(anchor)));
    const judgement = chain.judge(found);
    if (judgement !== "genuine") return ended(await explain(records, chain, found, anchor.seq, found.previous, last));
    [seq, previous, verified] = [found.seq, found.hash, 1];
  }

  while (seq < head.seq) {
    const page = await records.page(seq, head.seq, pageSize);
    for (const record of page.length === 0 ? [undefined] : page) {
      const holds = record?.seq === seq + 1 && same(record.previous, previous) && chain.judge(record) === "genuine";
      if (!record || !holds) return ended(await explain(records, chain, record, seq + 1, previous, last));
      [seq, previous, verified] = [record.seq, record.hash, verified + 1];
      if (anchor?.seq === seq && anchor.hash !== hex(previous)) return ended(broken(seq, "replaced", differs(anchor)));
    }
  }
  return ended(
    breachOfEnd(chain, head, last, previous) ??
      (anchor && anchor.seq > seq ? broken(seq + 1, "removed", `The anchor names record ${anchor.seq}, and the chain ends before it.`) : undefined),
  );
}

function breachOfEnd(chain: AuditChain, head: AuditHead, last: number, previous: Uint8Array): Verified["broken"] {
  const signed = head.seq === 0 && head.keyId === undefined && head.signature === undefined ? "genuine" : chain.judgeHead(head);
  if (signed === "unknown-key") return { seq: head.seq, how: "unknown-key", detail: unknownKey("The end of the chain", head.keyId) };
  if (signed === "false" || !same(head.hash, previous))
    return { seq: head.seq, how: "head-altered", detail: "The signed end of the chain is not what the gateway wrote." };
  if (last > head.seq)
    return {
      seq: head.seq + 1,
      how: "inserted",
      detail: `Record ${head.seq + 1} stands after the signed end of the chain, or an older end was put in its place.`,
    };
  return undefined;
}

/** `record`: what stands first at or after `seq`; undefined: nothing. `previous`: hash of the last record that holds. */
async function explain(
  records: AuditRecords,
  chain: AuditChain,
  record: AuditRecord | undefined,
  seq: number,
  previous: Uint8Array,
  last: number,
): Promise<Verified["broken"]> {
  const broken = (how: Breach, detail: string): Verified["broken"] => ({ seq, how, detail });
  const elsewhere = await standingElsewhere(records, chain, previous, seq);
  if (record?.seq !== seq)
    return elsewhere === undefined
      ? broken("removed", `Record ${seq} is missing.`)
      : broken("reordered", `Record ${seq} is missing; it stands as number ${elsewhere}.`);

  const judgement = chain.judge(record);
  if (judgement === "unknown-key") return broken("unknown-key", unknownKey(`Record ${seq}`, record.keyId));
  if (judgement === "genuine") return broken("altered", `Record ${seq} does not follow the record before it: one of the two is of another history.`);
  const made = chain.placeOf(record, Math.max(last, seq) + 1);
  if (made !== undefined && made < seq) return broken("inserted", `Record ${seq} is a copy of what was record ${made}.`);
  if (made !== undefined && elsewhere === undefined) return broken("removed", `Record ${seq} is missing; what was record ${made} stands in its place.`);
  if (made !== undefined) return broken("reordered", `What was record ${made} stands as number ${seq}, and what was record ${seq} as number ${elsewhere}.`);
  return elsewhere === undefined
    ? broken("altered", `Record ${seq} is not as it was made.`)
    : broken("inserted", `Record ${seq} was never made here; what was record ${seq} stands as number ${elsewhere}.`);
}

/** Where the record that was made for `seq` stands, if it does in another place. */
async function standingElsewhere(records: AuditRecords, chain: AuditChain, previous: Uint8Array, seq: number): Promise<number | undefined> {
  const claimants = await records.following(previous, pageSize);
  return claimants.find((one) => one.seq !== seq && chain.judge({ ...one, seq }) === "genuine")?.seq;
}

function differs({ seq }: Anchor): string {
  return `Record ${seq} is not the one that the anchor was noted of.`;
}

function unknownKey(what: string, keyId: string | undefined): string {
  return `${what} was made under a secret that is not configured (key ${keyId ?? "unknown"}); add it to SLUICE_PREVIOUS_SECRETS.`;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
