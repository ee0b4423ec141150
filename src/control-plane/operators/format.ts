/** The written form of operators' tokens: `slo_<id><secret><crc32>`, each in base62; no partner's key looks like one. */
import { randomBase62, toBase62 } from "#lib/base62.ts";
import { crc32 } from "#lib/crc32.ts";

const prefix = "slo_";
const idLength = 12;
/** 43 characters hold 256 bits. */
const secretLength = 43;
const checksumLength = 6;

export interface OperatorToken {
  /** `opr_...`: public, names the operator in lists and audit records. */
  readonly id: string;
  readonly secret: string;
}

export function generateToken(): OperatorToken {
  return { id: `opr_${randomBase62(idLength)}`, secret: randomBase62(secretLength) };
}

export function formatToken({ id, secret }: OperatorToken): string {
  const body = `${prefix}${id.slice("opr_".length)}_${secret}`;
  return body + toBase62(crc32(body), checksumLength);
}

const form = new RegExp(`^${prefix}([0-9A-Za-z]{${idLength}})_([0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`);

/** Undefined for what is none, or is mistyped: nothing is looked up for it. Never throws. */
export function parseToken(token: string): OperatorToken | undefined {
  if (token.length !== prefix.length + idLength + 1 + secretLength + checksumLength) return undefined;
  const [, id = "", secret = "", checksum] = form.exec(token) ?? [];
  const expected = toBase62(crc32(token.slice(0, -checksumLength)), checksumLength);
  return checksum === expected ? { id: `opr_${id}`, secret } : undefined;
}
