/** Whose is what in Meridian, by queries written by hand: the ids each account may see, for comparison with the gateway. */
import type pg from "pg";

/** `$1`: the accounts, as the table has them. Each answers the columns of the key, in the order of the public id. */
const owned: Readonly<Record<string, string>> = {
  orders: `
    SELECT "ORDNO" FROM "OEHDR" WHERE "COMPNY" = '01' AND "ORDTY" = 'SO' AND "DELFLG" <> 'D' AND "CUSNO" = ANY($1)
    UNION ALL SELECT "ORDNO" FROM "OEHDRA" WHERE "COMPNY" = '01' AND "ORDTY" = 'SO' AND "DELFLG" <> 'D' AND "CUSNO" = ANY($1)`,
  products: `SELECT "ITMNO" FROM "ITMMAS" WHERE "COMPNY" = '01' AND "DELFLG" <> 'D' AND $1::TEXT[] IS NOT NULL`,
  prices: `
    SELECT l."PRCLST", l."CUSNO", l."ITMNO", l."VALFR", l."MINQT" FROM "PRCLIN" l
    WHERE l."COMPNY" = '01' AND l."DELFLG" <> 'D' AND (l."CUSNO" = '' OR l."CUSNO" = ANY($1))
      AND EXISTS (SELECT FROM "PRCHDR" h WHERE h."COMPNY" = '01' AND h."PRCLST" = l."PRCLST" AND h."DELFLG" <> 'D')`,
  stock: `
    SELECT b."ITMNO", b."WHSNO" FROM "STKBAL" b WHERE b."COMPNY" = '01' AND $1::TEXT[] IS NOT NULL
      AND b."WHSNO" IN (SELECT "WHSNO" FROM "WHSMAS" WHERE "COMPNY" = '01' AND "WHSTY" <> 'Q')`,
  customers: `SELECT "CUSNO" FROM "CUSMAS" WHERE "COMPNY" = '01' AND "DELFLG" <> 'D' AND "CUSNO" = ANY($1)`,
  addresses: `SELECT "CUSNO", "SHPSQ" FROM "CUSSHP" WHERE "COMPNY" = '01' AND "DELFLG" <> 'D' AND "CUSNO" = ANY($1)`,
  shipments: `
    SELECT s."SHPNO" FROM "SHHDR" s WHERE s."COMPNY" = '01' AND s."DELFLG" <> 'D' AND s."ORDNO" IN (
      SELECT "ORDNO" FROM "OEHDR" WHERE "COMPNY" = '01' AND "CUSNO" = ANY($1)
      UNION ALL SELECT "ORDNO" FROM "OEHDRA" WHERE "COMPNY" = '01' AND "CUSNO" = ANY($1))`,
  invoices: `SELECT "INVNO" FROM "INHDR" WHERE "COMPNY" = '01' AND "INVST" <> '' AND ("CUSNO" = ANY($1) OR "BILTO" = ANY($1))`,
  payments: `SELECT "PAYNO" FROM "ARPAY" WHERE "COMPNY" = '01' AND "CUSNO" = ANY($1)`,
};

/** The ids by the rules of public ids: parts joined by `~`, padding cut, nothing at all written `!`. */
export function expectedIds(client: pg.Client, resource: string, accounts: readonly string[]): Promise<ReadonlySet<string>> | undefined {
  const sql = owned[resource];
  if (sql === undefined) return undefined;
  return client
    .query<unknown[]>({ text: sql, values: [accounts], rowMode: "array" })
    .then(({ rows }) => new Set(rows.map((row) => row.map((part) => String(part).trimEnd() || "!").join("~"))));
}
