import { dateTime, type ErpTransaction, flag, integer, ref, sql, text } from "sluice";
import { changed, company, meridian, zone } from "../../erp/source.ts";
import type { MeridianTables } from "../../erp/tables.ts";
import { addresses } from "./contract.ts";

/** Where delivery addresses live: the ship-to table, numbered within each customer. */
export const addressesInErp = meridian.bind(addresses, {
  table: "CUSSHP",
  key: ["CUSNO", "SHPSQ"],
  account: "CUSNO",
  where: { COMPNY: company, DELFLG: { not: "D" } },
  fields: {
    customer_id: ref("customers", "CUSNO"),
    number: integer("SHPSQ"),
    name: text("SHNAM"),
    street: text("SHSTR"),
    postal_code: text("SHZIP"),
    city: text("SHCTY"),
    country: text("SHCRY"),
    gln: text("GLNNO", { nullWhen: [""] }),
    is_default: flag("DFTFLG"),
    changed_at: dateTime("CHGDT", "CHGTM", { zone, nullWhen: [0] }),
  },
  commands: {
    add: async (erp, { is_default = false }, { columns: { row }, now }) => {
      const book = await lockedBook(erp, row.CUSNO);
      if (book.last >= 999) erp.refuse("no-number-left");
      const isDefault = is_default || book.defaultNumber === undefined;
      if (isDefault) await book.clearDefault();
      const key = { CUSNO: String(row.CUSNO), SHPSQ: book.last + 1 };
      await erp.insert("CUSSHP", { COMPNY: company, ...row, ...key, DFTFLG: isDefault ? "Y" : "N", ...changed({ now }) });
      return key;
    },
    change: async (erp, { is_default }, { key, columns: { row }, now }) => {
      if (is_default !== undefined) {
        const book = await lockedBook(erp, key.CUSNO);
        if (is_default) await book.clearDefault();
        else if (book.defaultNumber === key.SHPSQ) erp.refuse("default-needed");
      }
      await erp.update("CUSSHP", { COMPNY: company, ...key }, { ...row, ...changed({ now }) });
    },
    remove: async (erp, _nothing, { key, now }) => {
      const book = await lockedBook(erp, key.CUSNO);
      if (book.defaultNumber === key.SHPSQ) erp.refuse("default-needed");
      await erp.update("CUSSHP", { COMPNY: company, ...key }, { DELFLG: "D", ...changed({ now }) });
    },
  },
  needs: { tables: { CUSSHP: { insert: "all", update: "all" }, CUSMAS: { update: ["CUSNO"] } } },
});

/** The addresses of one customer, whose row is locked: numbers and the default are given to one after the other. */
async function lockedBook(erp: ErpTransaction<MeridianTables>, customer: unknown) {
  const CUSNO = String(customer);
  await erp.find("CUSMAS", { COMPNY: company, CUSNO }, ["CUSNO"], { lock: true });
  // In a statement of its own: it sees what the lock has waited for. Numbers of removed addresses are not used again.
  const [[last, defaultNumber] = []] = await erp.query(
    sql`SELECT max("SHPSQ"), max("SHPSQ") FILTER (WHERE "DFTFLG" = 'Y' AND "DELFLG" <> 'D') FROM "CUSSHP" WHERE "COMPNY" = ${company} AND "CUSNO" = ${CUSNO}`,
  );
  return {
    last: Number(last ?? 0),
    defaultNumber: defaultNumber ?? undefined,
    clearDefault: () => erp.update("CUSSHP", { COMPNY: company, CUSNO, DFTFLG: "Y" }, { DFTFLG: "N" }),
  };
}
