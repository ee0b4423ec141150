/** Which characters a column or a database can hold: comparing it with any other is an error, not a mismatch (MariaDB 1267, Postgres 22P05). */

/** MariaDB's sets of one or two bytes, by the name that `TextDecoder` knows them by. Its latin1 is Windows-1252. */
const labels: Readonly<Record<string, string>> = {
  latin1: "windows-1252",
  latin2: "iso-8859-2",
  latin5: "iso-8859-9",
  latin7: "iso-8859-13",
  greek: "iso-8859-7",
  hebrew: "iso-8859-8",
  cp1250: "windows-1250",
  cp1251: "windows-1251",
  cp1256: "windows-1256",
  cp1257: "windows-1257",
  cp866: "ibm866",
  koi8r: "koi8-r",
  koi8u: "koi8-u",
  tis620: "windows-874",
  big5: "big5",
  cp932: "shift_jis",
  sjis: "shift_jis",
  euckr: "euc-kr",
  gbk: "gbk",
  gb2312: "gbk",
};

/** Encodings of Postgres databases. Its LATIN1 is what ISO 8859-1 says, which no `TextDecoder` reads. */
const postgresLabels: Readonly<Record<string, string>> = {
  LATIN2: "iso-8859-2",
  LATIN3: "iso-8859-3",
  LATIN4: "iso-8859-4",
  LATIN6: "iso-8859-10",
  LATIN7: "iso-8859-13",
  LATIN8: "iso-8859-14",
  LATIN9: "iso-8859-15",
  LATIN10: "iso-8859-16",
  ISO_8859_5: "iso-8859-5",
  ISO_8859_6: "iso-8859-6",
  ISO_8859_7: "iso-8859-7",
  ISO_8859_8: "iso-8859-8",
  KOI8R: "koi8-r",
  KOI8U: "koi8-u",
  WIN866: "ibm866",
  WIN874: "windows-874",
  WIN1250: "windows-1250",
  WIN1251: "windows-1251",
  WIN1252: "windows-1252",
  WIN1253: "windows-1253",
  WIN1254: "windows-1254",
  WIN1255: "windows-1255",
  WIN1256: "windows-1256",
  WIN1257: "windows-1257",
  WIN1258: "windows-1258",
  EUC_KR: "euc-kr",
};

type Holds = (text: string) => boolean;

const basicPlane = (text: string): boolean => !/[\u{10000}-\u{10FFFF}]/u.test(text);
const ascii = (text: string): boolean => !/[\u{80}-\u{10FFFF}]/u.test(text);

/** Undefined: the set knows every character. Of a set that nothing here describes, ASCII alone is certain. */
export function characterSet(name: string): Holds | undefined {
  if (/^(?:utf8mb4|utf16|utf16le|utf32|gb18030)$/.test(name)) return undefined;
  if (/^(?:utf8|utf8mb3|ucs2)$/.test(name)) return basicPlane;
  const label = labels[name];
  return label === undefined ? ascii : holdsOf(label);
}

/** The same of a Postgres database. SQL_ASCII keeps whatever bytes it is given. */
export function databaseEncoding(name: string): Holds | undefined {
  if (name === "UTF8" || name === "SQL_ASCII") return undefined;
  if (name === "LATIN1") return (text) => !/[\u{100}-\u{10FFFF}]/u.test(text);
  const label = postgresLabels[name];
  return label === undefined ? ascii : holdsOf(label);
}

function holdsOf(label: string): Holds {
  let known: ReadonlySet<string> | undefined;
  return (text) => {
    if (ascii(text)) return true;
    known ??= charactersOf(label);
    for (const character of text) if (!known.has(character)) return false;
    return true;
  };
}

/** Decodes every byte, and every pair of bytes. */
function charactersOf(label: string): ReadonlySet<string> {
  const decoder = new TextDecoder(label);
  const found = new Set<string>();
  for (let lead = 0; lead < 256; lead += 1) {
    const pairs = Uint8Array.from({ length: 512 }, (_, index) => (index % 2 === 0 ? lead : index >> 1));
    for (const character of decoder.decode(pairs)) found.add(character);
  }
  found.delete("\uFFFD");
  return found;
}
