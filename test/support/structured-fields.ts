/** A strict parser of what limits send of RFC 9651: lists of strings with parameters that are integers or strings. */

export interface Item {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, number | string>;
}

/** Section 4.2.1 and what it needs. Throws on anything that a strict parser has to refuse, and on types not expected here. */
export function parseList(text: string): readonly Item[] {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new Error("not printable ASCII");
  let at = 0;
  const items: Item[] = [];
  skip(" ");
  while (at < text.length) {
    items.push(item());
    skip(" \t");
    if (at === text.length) return items;
    if (text[at] !== ",") throw new Error(`a comma is missing at ${at}`);
    at += 1;
    skip(" \t");
    if (at === text.length) throw new Error("a comma at the end");
  }
  return items;

  function skip(characters: string): void {
    while (at < text.length && characters.includes(text[at] ?? "")) at += 1;
  }

  function item(): Item {
    const value = string();
    const parameters = new Map<string, number | string>();
    while (text[at] === ";") {
      at += 1;
      skip(" ");
      const key = /^[a-z*][a-z0-9_\-.*]*/.exec(text.slice(at))?.[0];
      if (key === undefined) throw new Error(`no key at ${at}`);
      at += key.length;
      if (text[at] !== "=") throw new Error(`the parameter ${key} has no value`);
      at += 1;
      if (parameters.has(key)) throw new Error(`the parameter ${key} comes twice`);
      parameters.set(key, text[at] === '"' ? string() : integer());
    }
    return { value, parameters };
  }

  function string(): string {
    if (text[at] !== '"') throw new Error(`no string at ${at}`);
    at += 1;
    let value = "";
    for (; at < text.length; at += 1) {
      const character = text[at] ?? "";
      if (character === '"') {
        at += 1;
        return value;
      }
      if (character === "\\") {
        at += 1;
        const escaped = text[at];
        if (escaped !== '"' && escaped !== "\\") throw new Error(`nothing to escape at ${at}`);
        value += escaped;
      } else value += character;
    }
    throw new Error("a string without an end");
  }

  function integer(): number {
    const digits = /^-?\d{1,15}(?![\d.])/.exec(text.slice(at))?.[0];
    if (digits === undefined) throw new Error(`no integer at ${at}`);
    at += digits.length;
    return Number(digits);
  }
}
