/** The table of receipts in the ERP's database: found by key, and written by the transaction that they tell of. */

import type { StoredAnswer } from "#contract/command-call.ts";
import type { SourceDeclaration } from "../binding/source.ts";
import { slot, sql } from "../binding/sql.ts";
import type { Dialect, Rows, Statement } from "../dialects/dialect.ts";
import { prepare } from "../dialects/write.ts";
import { footprintName } from "./footprint-name.ts";
import type { BodySeal, KeyHash, Receipt } from "./receipt.ts";
import { answerBytes, answerOf } from "./stored-answer.ts";

export interface ReceiptEntry {
  readonly partner: string;
  /** `orders.place`. */
  readonly command: string;
  readonly fingerprint: Uint8Array;
  readonly answer: StoredAnswer;
  readonly scopes: readonly string[];
  readonly made: string | undefined;
}

export interface ReceiptTable {
  lookup(keyHash: KeyHash): Statement;
  read(rows: Rows, keyHash: KeyHash, seal: BodySeal): Receipt | undefined;
  /** Fails for a key that has a receipt: the last thing that stands between one effect and two. */
  insert(keyHash: KeyHash, entry: ReceiptEntry, seal: BodySeal): Statement;
}

export function receiptTable(source: Pick<SourceDeclaration, "dialect" | "schema">, dialect: Dialect): ReceiptTable {
  const table = footprintName(source, "receipt");
  const found = prepare(sql`SELECT partner, fingerprint, scopes, made, answer FROM ${table} WHERE key_hash = ${slot(0)}`, dialect);
  const made = prepare(
    sql`INSERT INTO ${table} (key_hash, partner, command, fingerprint, status, scopes, made, answer)
        VALUES (${slot(0)}, ${slot(1)}, ${slot(2)}, ${slot(3)}, ${slot(4)}, ${slot(5)}, ${slot(6)}, ${slot(7)})`,
    dialect,
  );
  return {
    lookup: (keyHash) => found([keyHash]),
    read: ([row], keyHash, seal) => (row === undefined ? undefined : receiptOf(row, keyHash, seal)),
    insert: (keyHash, { partner, command, fingerprint, answer, scopes, made: path }, seal) =>
      made([keyHash, partner, command, fingerprint, answer.status, scopes.join(" "), path ?? null, seal.seal(answerBytes(answer), keyHash)]),
  };
}

function receiptOf([partner, fingerprint, scopes, made, answer]: Rows[number], keyHash: KeyHash, seal: BodySeal): Receipt {
  const plain = answer instanceof Uint8Array ? seal.open(answer, keyHash) : undefined;
  return {
    partner: String(partner),
    fingerprint: fingerprint as Uint8Array, // as the table's column is declared
    answer: plain && answerOf(plain),
    scopes: String(scopes).split(" ").filter(Boolean),
    made: made === null ? undefined : String(made),
  };
}
