/** Public names from the ERP's: `ORDDT` is `order_date`, `Order headers` is `orders`. Guesses, to be read and changed. */

import { pieces, segment } from "./name-pieces.ts";

function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .flatMap((word) => {
      const [, letters = "", digits = ""] = /^([a-z]*?)(\d*)$/.exec(word) ?? [];
      const found = letters === "" ? undefined : segment(letters);
      const known = found?.map((piece) => pieces.get(piece) ?? piece).filter((piece) => piece !== "");
      return [...(known === undefined || known.length === 0 ? [letters === "" ? "" : letters] : known), digits].filter((part) => part !== "");
    });
}

/** `snake_case`, never empty, beginning with a letter, and never `id`, which is the key's. */
export function fieldName(column: string): string {
  const name = wordsOf(column).join("_").slice(0, 50).replace(/_+$/, "");
  if (name === "" || name === "id") return "number";
  return /^[a-z]/.test(name) ? name : `field_${name}`;
}

/** What stands before or behind the noun in tables' comments. */
const notNouns = /\b(?:master|masters|headers?|table|tables|file|files|records?|data|of|the|all|list|with|by|and|open|current|archive|history)\b/gi;

/** The plural noun of a resource: from the table's comment where it is short, else from its name. */
export function resourceName(table: string, comment: string): string {
  const said = comment.split(/[,.;:(]| (?:with|by|of|and|for|per) /i)[0] ?? "";
  const noun = said.length <= 40 ? said.replace(notNouns, " ").trim() : "";
  const words = /^[A-Za-z-]+(?: [A-Za-z-]+){0,2}$/.test(noun.replaceAll(/\s+/g, " ")) ? noun.toLowerCase().split(/[\s-]+/) : wordsOf(table);
  const name = words
    .join("_")
    .replace(/[^a-z0-9_]/g, "")
    .slice(0, 40);
  return /^[a-z]/.test(name) ? plural(name) : `table_${plural(name)}`;
}

function plural(name: string): string {
  if (/(?:s|stock)$/.test(name)) return name;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return /(?:x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

export function singular(name: string): string {
  if (/ies$/.test(name)) return `${name.slice(0, -3)}y`;
  if (/(?:xes|ches|shes|sses)$/.test(name)) return name.slice(0, -2);
  if (/(?:ss|us|is)$/.test(name) || !/s$/.test(name)) return name === "stock" ? "stock_level" : `${name}`;
  return name.slice(0, -1);
}

export function camelCase(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** Names in order, the second of a kind with a number. */
export function distinctNames(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  };
}
