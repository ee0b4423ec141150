/** The text that a JSON string with escapes stands for (RFC 8259, section 7). */

const escapes = /\\(?:u([\da-fA-F]{4})|(["\\/bfnrt])|)/g;

const short: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** `raw`: what stands between the quotes. A number is the offset of an escape that JSON does not have. */
export function unescapeJson(raw: string): string | number {
  let bad: number | undefined;
  const text = raw.replace(escapes, (_all, hex: string | undefined, letter: string | undefined, offset: number) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (letter !== undefined) return short[letter] ?? letter;
    bad ??= offset;
    return "";
  });
  return bad ?? text;
}
