// The rows that are wrong on purpose: what decades of programs leave behind. All belong to customer C0000009 of
// company 01 (or to nobody), and their order numbers lie below the number range, so tests can leave them out.

/** One deliberate defect: where it is, what is wrong, and the statement that makes it. */
export interface DirtyRow {
  readonly table: string;
  readonly key: string;
  readonly defect: string;
  readonly sql: string;
}

/** The account that owns the dirty rows. */
export const dirtyCustomer = "C0000009";

/** A clean order's row with some columns replaced; a column that is not named has the value of a plain order. */
function order(number: string, columns: Readonly<Record<string, string>>): string {
  const row: Record<string, string> = {
    COMPNY: "'01'",
    ORDNO: `'${number}'`,
    ORDTY: "'SO'",
    ORDST: "'50'",
    CUSNO: `'${dirtyCustomer}'`,
    BILTO: `'${dirtyCustomer}'`,
    SHPSQ: "0",
    SHNAM: "'Staub & Söhne'",
    SHSTR: "'Kellergasse 9'",
    SHZIP: "'20457'",
    SHCTY: "'Hamburg'",
    SHCRY: "'DE'",
    CUSREF: "rpad('ALT-9', 20)",
    ORDDT: "20230301",
    ORDTM: "93000",
    REQDT: "0",
    CNFDT: "0",
    CURCD: "'EUR'",
    ORDNET: "0",
    FRTAMT: "0",
    ORDVAT: "0",
    ORDTOT: "0",
    MRGAMT: "0",
    PAYTRM: "'N30'",
    SLSMN: "'V001'",
    WHSNO: "'HH1'",
    CARCD: "'DPD'",
    ORDSRC: "'F'",
    CRTUSR: "'USER01'",
    CHGDT: "20230301",
    CHGTM: "93000",
    ...columns,
  };
  const names = Object.keys(row).map((name) => `"${name}"`);
  return `INSERT INTO "OEHDR" (${names.join(", ")}) VALUES (${Object.values(row).join(", ")})`;
}

/** Every defect there is, in the order it is written. */
export const dirtyRows: readonly DirtyRow[] = [
  {
    table: "OEHDR",
    key: "01 0000099901",
    defect: "status 77, which no code table and no program knows",
    sql: order("0000099901", { ORDST: "'77'" }),
  },
  {
    table: "OEHDR",
    key: "01 0000099902",
    defect: "order date 20230231: there is no such day",
    sql: order("0000099902", { ORDDT: "20230231" }),
  },
  {
    table: "OEHDR",
    key: "01 0000099903",
    defect: "order time 250000",
    sql: order("0000099903", { ORDTM: "250000" }),
  },
  {
    table: "OEHDR",
    key: "01 0000099904",
    defect: "currency blank",
    sql: order("0000099904", { CURCD: "''" }),
  },
  {
    table: "OELIN",
    key: "01 0000099905 10",
    defect: "negative quantity of an item that is not on file",
    sql: `${order("0000099905", { ORDNET: "-5000", ORDTOT: "-5000" })};
      INSERT INTO "OELIN" ("COMPNY", "ORDNO", "LINNO", "ITMNO", "ITMDS", "QTYOR", "QTYSH", "UOMCD", "UOMFC", "UNTPR",
        "DSCPC", "LINAMT", "WHSNO", "REQDT", "LINST")
      VALUES ('01', '0000099905', 10, 'GIBTSNICHT', 'Rückgabe', -5000, 0, 'STK', 1000, 1000, 0, -5000, 'HH1', 0, '50')`,
  },
  {
    table: "OEHDR",
    key: "01 0000099906",
    defect: "customer's reference not padded to 20",
    sql: order("0000099906", { CUSREF: "'UNGEPOLSTERT'" }),
  },
  {
    table: "OEHDR",
    key: "01 0000099907",
    defect: "freight NaN",
    sql: order("0000099907", { FRTAMT: "'NaN'" }),
  },
  {
    table: "OEHDR",
    key: "01 0000099908",
    defect: "comment with a byte that is an euro sign in cp1252 and a control in latin1",
    sql: order("0000099908", { CMTTXT: "'\\x38302080206d6178'" }),
  },
  {
    table: "OEHDR",
    key: "01 0000099909",
    defect: "hold flag X",
    sql: order("0000099909", { HLDFLG: "'X'" }),
  },
  {
    table: "CUSMAS",
    key: "01 C0000009",
    defect: "no name (NULL)",
    sql: `UPDATE "CUSMAS" SET "CUSNM1" = NULL WHERE "COMPNY" = '01' AND "CUSNO" = '${dirtyCustomer}'`,
  },
  {
    table: "CUSSHP",
    key: "01 C0000009 99",
    defect: "blank name, country ZZ, a bell in the city",
    sql: `INSERT INTO "CUSSHP" ("COMPNY", "CUSNO", "SHPSQ", "SHNAM", "SHSTR", "SHZIP", "SHCTY", "SHCRY")
      VALUES ('01', '${dirtyCustomer}', 99, '', '?', '', E'Ham\\x07burg', 'ZZ')`,
  },
  {
    table: "PRCLIN",
    key: "01 NET C0000009 A-10006",
    defect: "valid to before valid from",
    sql: `INSERT INTO "PRCLIN" ("COMPNY", "PRCLST", "CUSNO", "ITMNO", "VALFR", "VALTO", "MINQT", "PRICE")
      VALUES ('01', 'NET', '${dirtyCustomer}', 'A-10006', 20260601, 20260101, 0, 1)`,
  },
  {
    table: "INHDR",
    key: "01 RE00000000",
    defect: "due date 99999999, invoice of an order that is gone",
    sql: `INSERT INTO "INHDR" ("COMPNY", "INVNO", "INVTY", "INVST", "CUSNO", "BILTO", "ORDNO", "SHPNO", "INVDT", "DUEDT",
        "CURCD", "INVNET", "FRTAMT", "VATPC", "VATAMT", "INVTOT", "CHGDT", "CHGTM")
      VALUES ('01', 'RE00000000', 'I', 'P', '${dirtyCustomer}', '${dirtyCustomer}', '0000000009', 0, 20230301, 99999999,
        'EUR', 10, 0, 19, 1.9, 11.9, 20230301, 0)`,
  },
  {
    table: "AROPN",
    key: "01 RE00000000",
    defect: "julian due date 123366: 2023 had 365 days",
    sql: `INSERT INTO "AROPN" ("COMPNY", "DOCNO", "DOCTY", "CUSNO", "DOCJD", "DUEJD", "CURCD", "DOCAMT", "OPNAMT", "CLRJD")
      VALUES ('01', 'RE00000000', 'I', '${dirtyCustomer}', 123060, 123366, 'EUR', 1190, 0, 123090)`,
  },
  {
    table: "SHHDR",
    key: "01 1",
    defect: "shipment of an order that does not exist: nobody's",
    sql: `INSERT INTO "SHHDR" ("COMPNY", "SHPNO", "ORDNO", "WHSNO", "CARCD", "PLNDT", "PCKFLG", "SHPDT", "PKGCNT", "WGTGR",
        "CHGDT", "CHGTM")
      VALUES ('01', 1, '0000000009', 'HH1', 'DPD', 20230301, 'Y', 20230301, 1, 0, 20230301, 0)`,
  },
];
