/** Which characters MariaDB's character sets know: comparing a column with any other is an error (1267), not a mismatch. */

/** Sets of one or two bytes, by the name that `TextDecoder` knows them by. MariaDB's latin1 is Windows-1252. */
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

const basicPlane = (text: string): boolean => !/[\u{10000}-\u{10FFFF}]/u.test(text);
const ascii = (text: string): boolean => !/[\u{80}-\u{10FFFF}]/u.test(text);

/** Undefined: the set knows every character. Of a set that nothing here describes, ASCII alone is certain. */
export function characterSet(name: string): ((text: string) => boolean) | undefined {
  if (/^(?:utf8mb4|utf16|utf16le|utf32|gb18030)$/.test(name)) return undefined;
  if (/^(?:utf8|utf8mb3|ucs2)$/.test(name)) return basicPlane;
  const label = labels[name];
  if (label === undefined) return ascii;
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
