/** `erp/decisions.ts`: what holds for the whole ERP and only people know, in one place for all resources. */

import { literal } from "./text.ts";

export interface Decision {
  /** A sentence for the line above it. */
  readonly about: string;
  readonly question: string;
  readonly answer: string | undefined;
}

/** By the name of the constant. */
export type Decisions = Map<string, Decision>;

const head = `/** What holds for the whole ERP, decided once for all resources. */
`;

/** Adds what is missing to the file as it is; undefined where nothing is. */
export function decisionsFile(present: string | undefined, decisions: Decisions): string | undefined {
  const missing = [...decisions].filter(([name]) => !new RegExp(`\\bexport const ${name}\\b`).test(present ?? ""));
  if (missing.length === 0) return undefined;
  const open = missing.some(([, { answer }]) => answer === undefined);
  const importLine = open && !/\bimport \{[^}]*\bundecided\b[^}]*\} from "sluice"/.test(present ?? "") ? '\nimport { undecided } from "sluice";\n' : "";
  const constants = missing.map(([name, { about, question, answer }]) =>
    answer === undefined
      ? `/** ${about} */\nexport const ${name}: string = undecided(${JSON.stringify(question)});\n`
      : `/** ${about} */\nexport const ${name} = ${literal(answer)};\n`,
  );
  const [opening, rest] = present === undefined ? [head, ""] : splitHead(present);
  return `${[`${opening}${importLine}${rest}`.trimEnd(), ...constants.map((text) => text.trimEnd())].join("\n\n")}\n`;
}

/** The comment that opens a file, and what follows it. */
function splitHead(text: string): readonly [string, string] {
  const opening = /^\/\*\*[\s\S]*?\*\/\n/.exec(text)?.[0] ?? "";
  return [opening, text.slice(opening.length)];
}
