/** Colours the few languages of the guides by one regular expression each; anything else stays plain. */

type Kind = "comment" | "key" | "string" | "number" | "flag";

/** Each named group is a kind; the first alternative that matches wins. */
const grammars: Readonly<Record<string, RegExp>> = {
  sh: /(?<comment>(?<=^|\s)#[^\n]*)|(?<string>"[^"\n]*"|'[^'\n]*')|(?<flag>(?<=\s)--?[A-Za-z][\w-]*)|(?<key>(?<=^|[|&]\s)curl\b)/gm,
  json: /(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*")|(?<number>-?\b\d+(?:\.\d+)?\b|\b(?:true|false|null)\b)/g,
  http: /(?<flag>^(?:GET|HEAD|HTTP\/[\d.]+ \d{3}[^\n]*))|(?<key>^[A-Za-z-]+(?=:))|(?<string>"(?:[^"\\\n]|\\.)*")/gm,
  ts: /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(?<key>(?<=^|[\s{,])[\w$]+(?=\??:\s))|(?<flag>\b(?:as|async|const|default|export|extends|from|function|if|import|interface|new|readonly|return|satisfies|type|typeof)\b)|(?<number>\b\d+(?:\.\d+)?\b|\b(?:true|false|null|undefined)\b)/gm,
  sql: /(?<comment>--[^\n]*)|(?<string>'(?:[^']|'')*')|(?<key>"[^"\n]*"(?=[\s(.,)])|`[^`\n]*`)|(?<flag>\b(?:ADD|ALTER|AND|AS|ASC|BY|CASE|CREATE|DATABASE|DEFAULT|DELETE|DESC|ELSE|END|FROM|GRANT|GROUP|IN|INDEX|INSERT|INTO|IS|JOIN|KEY|LIMIT|LOGIN|NOT|NULL|ON|OR|ORDER|PASSWORD|PRIMARY|ROLE|SELECT|SET|TABLE|THEN|TO|UPDATE|USAGE|USER|VALUES|WHEN|WHERE)\b)|(?<number>\b\d+(?:\.\d+)?\b)/gm,
  ini: /(?<comment>^[#;][^\n]*)|(?<key>^\[[^\]\n]*\])|(?<flag>^[A-Za-z][\w-]*(?==))/gm,
  dockerfile:
    /(?<comment>^#[^\n]*)|(?<flag>^(?:FROM|WORKDIR|COPY|RUN|ENV|USER|EXPOSE|ENTRYPOINT|CMD|HEALTHCHECK|ARG|STOPSIGNAL)\b)|(?<string>"[^"\n]*"|'[^'\n]*')|(?<key>(?<=\s)AS(?=\s))/gm,
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
