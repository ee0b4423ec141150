/** A small schema made of quirks, in SQL that Postgres and MariaDB both take: the names are those of several houses. */

/** Columns of \`kunde\` that the reading account may read: all but \`intern\`. */
export const grantedOfKunde = "mandt, kunnr, name1, waers, passwort, passwd, api_token, gebdat, email, telefon2, konto, karte, extref";

const rows = 300;
const day = (index: number): Date => new Date(Date.UTC(2022, 0, 3 + index * 3));
const pad = (value: number, width: number): string => String(value).padStart(width, "0");
const yyyymmdd = (date: Date): number => Number(date.toISOString().slice(0, 10).replaceAll("-", ""));
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
const isoDate = (date: Date): string => date.toISOString().slice(0, 10);

type Cell = string | number | null;
const sql = (cell: Cell): string => (cell === null ? "NULL" : typeof cell === "number" ? String(cell) : `'${cell.replaceAll("'", "''")}'`);

function insert(table: string, data: readonly (readonly Cell[])[]): string {
  return `INSERT INTO ${table} VALUES ${data.map((row) => `(${row.map(sql).join(", ")})`).join(", ")};`;
}

/** IBANs whose checksums fit, of banks that do not exist. */
function iban(index: number): string {
  const account = `500105170${pad(index, 9)}`.padEnd(18, "0");
  const rest = [...`${account}131400`].reduce((sum, digit) => (sum * 10 + Number(digit)) % 97, 0);
  return `DE${pad(98 - rest, 2)}${account}`;
}

const tables = `
CREATE TABLE kunde (
  mandt CHAR(3) NOT NULL, kunnr CHAR(8) NOT NULL, name1 VARCHAR(35) NOT NULL, waers CHAR(3) NOT NULL,
  passwort VARCHAR(20), passwd CHAR(10), api_token VARCHAR(40), gebdat INTEGER, email VARCHAR(60), telefon2 VARCHAR(30),
  konto VARCHAR(34), karte VARCHAR(20), extref VARCHAR(12) NOT NULL, intern VARCHAR(10), PRIMARY KEY (mandt, kunnr));
COMMENT_ON_KUNDE
CREATE TABLE auftrag (
  mandt CHAR(3) NOT NULL, aufnr INTEGER NOT NULL, kunnr CHAR(8) NOT NULL, regulierer CHAR(8) NOT NULL, beleg INTEGER NOT NULL,
  orddt INTEGER NOT NULL, ordtm INTEGER NOT NULL, lieferung INTEGER NOT NULL, reqdt INTEGER NOT NULL, duejd INTEGER NOT NULL, postjd INTEGER NOT NULL,
  zahldat CHAR(8) NOT NULL, gueltbis INTEGER NOT NULL, natdt DATE, changed TIMESTAMP NULL,
  waers CHAR(3) NOT NULL, netto BIGINT NOT NULL, freight_amt DOUBLE PRECISION NOT NULL, rabatt_pct DECIMAL(5,2) NOT NULL, menge INTEGER NOT NULL,
  sperre CHAR(1) NOT NULL, is_urgent SMALLINT NOT NULL, versandflg CHAR(1) NOT NULL, ordst CHAR(2) NOT NULL, anzahl SMALLINT NOT NULL,
  loevm CHAR(1) NOT NULL, kundenref VARCHAR(20) NOT NULL, land CHAR(2) NOT NULL, margin BIGINT NOT NULL, PRIMARY KEY (mandt, aufnr));
CREATE INDEX auftrag_kunde ON auftrag (mandt, kunnr, orddt);
CREATE INDEX auftrag_due ON auftrag (duejd);
CREATE TABLE auftrag_pos (
  mandt CHAR(3) NOT NULL, aufnr INTEGER NOT NULL, posnr SMALLINT NOT NULL, matnr CHAR(15) NOT NULL, menge INTEGER NOT NULL, preis DECIMAL(11,2) NOT NULL,
  PRIMARY KEY (mandt, aufnr, posnr));
CREATE TABLE auftrag_alt (
  mandt CHAR(3) NOT NULL, aufnr INTEGER NOT NULL, posnr SMALLINT NOT NULL, grund VARCHAR(20) NOT NULL, PRIMARY KEY (mandt, aufnr, posnr));
CREATE TABLE protokoll (zeile INTEGER NOT NULL, art CHAR(1) NOT NULL, nr INTEGER NOT NULL, text VARCHAR(40) NOT NULL, doppelt INTEGER NOT NULL);
CREATE TABLE lieferung (lfnr INTEGER NOT NULL PRIMARY KEY, mandt CHAR(3) NOT NULL, aufnr INTEGER NOT NULL, bemerkung VARCHAR(40));
CREATE TABLE geheim (nr INTEGER NOT NULL PRIMARY KEY, wert VARCHAR(20));
CREATE TABLE leer (nr INTEGER NOT NULL PRIMARY KEY, erfdt INTEGER, text VARCHAR(20));
CREATE TABLE neuer (nr INTEGER NOT NULL PRIMARY KEY, zustand ENUM_TYPE NOT NULL, kennung UUID_TYPE, "größe" INTEGER, "a.b" INTEGER, rest JSON);`;

/** `zeroDate`: how the database writes no DATE. */
export function quirkyErp(dialect: "postgres" | "mariadb"): string {
  const zeroDate = dialect === "mariadb" ? "0000-00-00" : null;
  const kunnr = (index: number): string => `K${pad(index % 40, 7)}`;
  const kunde = Array.from({ length: 40 }, (_, i): Cell[] => [
    "100",
    kunnr(i),
    `Firma ${i}`,
    "EUR",
    `geheim${i}`,
    `pw${i}`,
    `tok${i}`,
    19700101 + i,
    `a${i}@example.org`,
    `+49 40 ${pad(1_234_567 + i, 7)}`,
    iban(i),
    card(i),
    `R-${i}`,
    "GEHEIM",
  ]);
  const auftrag = Array.from({ length: rows }, (_, i): Cell[] => {
    const date = day(i);
    const year = date.getUTCFullYear();
    return [
      // Numbers that look like dates, one after the other, and a second such column under a name that says nothing.
      "100",
      20240101 + (i % 28) + 100 * Math.floor(i / 28),
      kunnr(i),
      kunnr(i * 7),
      20240101 + (i % 28) + 100 * (Math.floor(i / 28) % 12) - 10_000 * Math.floor(i / 336),
      yyyymmdd(date),
      ((i * 337) % 24) * 10_000 + (i % 60) * 100 + ((i * 7) % 60),
      yyyymmdd(day(Math.floor(i / 2))) - 19_000_000,
      i % 3 === 0 ? 0 : yyyymmdd(date),
      (year - 1900) * 1000 + dayOfYear(date),
      year * 1000 + dayOfYear(date),
      i % 4 === 0 ? "00000000" : String(yyyymmdd(date)),
      i % 5 === 0 ? 99_999_999 : yyyymmdd(date),
      i % 6 === 0 ? zeroDate : isoDate(date),
      i % 7 === 0 ? null : `${isoDate(date)} 12:${pad(i % 60, 2)}:00`,
      i % 9 === 0 ? "USD" : "EUR",
      12_345 + i * 17,
      4.9 + i / 100,
      2.5,
      (1 + (i % 9)) * 1000,
      i === 17 ? "?" : (["J", "N", ""][i % 3] ?? ""),
      i % 2,
      i % 3 === 0 ? "Y" : "",
      ["10", "20", "30"][i % 3] ?? "",
      1 + (i % 2),
      i % 50 === 0 ? "X" : "",
      `REF-${i}`.padEnd(20),
      ["DE", "FR", "AT"][i % 3] ?? "",
      100 + i,
    ];
  });
  const numbers = auftrag.map((row) => row[1] ?? 0);
  const pos = numbers.flatMap((number, i): Cell[][] =>
    Array.from({ length: 1 + (i % 3) }, (_, line) => ["100", number, (line + 1) * 10, `M-${i % 60}`, (1 + line) * 1000, 9.9 + line]),
  );
  const alt = Array.from({ length: 60 }, (_, i): Cell[] => ["100", 90_000_000 + i, 10, "anderswo"]);
  const protokoll = Array.from({ length: 200 }, (_, i): Cell[] => [i + 1, i % 2 === 0 ? "A" : "B", 100 + Math.floor(i / 2), `Zeile ${i}`, Math.floor(i / 4)]);
  const lieferung = Array.from({ length: 100 }, (_, i): Cell[] => [5000 + i, "100", numbers[i] ?? 0, null]);
  const comment = dialect === "postgres" ? "COMMENT ON TABLE kunde IS 'Kundenstamm';" : "ALTER TABLE kunde COMMENT = 'Kundenstamm';";
  return [
    dialect === "mariadb" ? "SET sql_mode = 'ANSI_QUOTES';" : "CREATE TYPE zustand AS ENUM ('neu', 'alt', 'it''s');",
    tables
      .replace("ENUM_TYPE", dialect === "mariadb" ? "ENUM('neu', 'alt', 'it''s')" : "zustand")
      .replace("UUID_TYPE", "UUID")
      .replace("COMMENT_ON_KUNDE", comment)
      .replace("changed TIMESTAMP NULL", dialect === "mariadb" ? "changed DATETIME NULL" : "changed TIMESTAMP NULL"),
    insert("kunde", kunde),
    insert("auftrag", auftrag),
    insert("auftrag_pos", pos),
    insert("auftrag_alt", alt),
    insert("protokoll", protokoll),
    insert("lieferung", lieferung),
    insert("geheim", [[1, "niemand"]]),
    ...(dialect === "postgres" ? ["ANALYZE;"] : []),
  ].join("\n");
}

/** A card number whose check digit fits, of an issuer that does not exist. */
function card(index: number): string {
  const digits = `400000${pad(index * 7919, 9)}`;
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
