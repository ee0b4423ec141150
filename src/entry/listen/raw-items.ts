/** The elements of the array `data` of a JSON document as they were written, number by number, since a signature is over bytes. */

/** `text` is a JSON document, an object. Empty where it has no such array. */
export function rawItems(text: string): readonly string[] {
  const items: string[] = [];
  let depth = 0;
  let start = -1;
  let member = "";
  let inData = false;
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '"') {
      const end = endOfString(text, at);
      if (depth === 1) member = text.slice(at + 1, end);
      at = end;
    } else if (mark === "{" || mark === "[") {
      depth += 1;
      if (depth === 2) inData = mark === "[" && member === "data";
      if (depth === 3 && inData) start = at;
    } else if (mark === "}" || mark === "]") {
      if (depth === 3 && inData) items.push(text.slice(start, at + 1));
      depth -= 1;
    }
  }
  return items;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
