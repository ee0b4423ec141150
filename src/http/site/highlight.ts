/** Colours the few languages of the guides (sh, json, http) by one regular expression each; anything else stays plain. */

type Kind = "comment" | "key" | "string" | "number" | "flag";

/** Each named group is a kind; the first alternative that matches wins. */
const grammars: Readonly<Record<string, RegExp>> = {
  sh: /(?<comment>(?<=^|\s)#[^\n]*)|(?<string>"[^"\n]*"|'[^'\n]*')|(?<flag>(?<=\s)--?[A-Za-z][\w-]*)|(?<key>(?<=^|[|&]\s)curl\b)/gm,
  json: /(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*")|(?<number>-?\b\d+(?:\.\d+)?\b|\b(?:true|false|null)\b)/g,
  http: /(?<flag>^(?:GET|HEAD|HTTP\/[\d.]+ \d{3}[^\n]*))|(?<key>^[A-Za-z-]+(?=:))|(?<string>"(?:[^"\\\n]|\\.)*")/gm,
};

const kinds: readonly Kind[] = ["comment", "key", "string", "number", "flag"];

/** HTML of `code`, escaped. */
export function highlight(code: string, language: string): string {
  const grammar = grammars[language];
  if (grammar === undefined) return escapeHtml(code);
  let html = "";
  let end = 0;
  for (const match of code.matchAll(grammar)) {
    const kind = kinds.find((name) => match.groups?.[name] !== undefined);
    html += escapeHtml(code.slice(end, match.index));
    html += `<span class="code-${kind}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(end));
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Safe in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
