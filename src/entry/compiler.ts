/** The project's own TypeScript compiler, and what it says in words. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The script that `node` runs; undefined where the project has none. */
export function compilerOf(folder: string): string | undefined {
  try {
    const script = join(dirname(createRequire(join(folder, "gateway.ts")).resolve("typescript/package.json")), "bin/tsc");
    return existsSync(script) ? script : undefined;
  } catch {
    return undefined; // not installed
  }
}

/**
 * One line per error of `tsc --pretty false`. Where the language refuses something, its sentence stands in a type,
 * `Refused<"...">` or `Undecided<"...">`, amid others that say nothing to a reader. All other errors are left as they are.
 */
export function refusalsIn(output: string): readonly string[] {
  const errors: string[] = [];
  for (const line of output.split("\n")) {
    if (/^\S.*\(\d+,\d+\): error /.test(line)) errors.push(line);
    else if (line.trim() !== "" && errors.length > 0) errors[errors.length - 1] += `\n${line}`;
    else if (line.trim() !== "") errors.push(line);
  }
  return errors.map((error) => {
    const place = /^(.*\(\d+,\d+\)): error /.exec(error)?.[1];
    const sentences = [...error.matchAll(/\b(?:Refused|Undecided)<"((?:[^"\\]|\\.)*)">/g)].map(([, sentence = ""]) => sentence);
    const said = [...new Set(sentences)];
    return place === undefined || said.length === 0 ? error : said.map((sentence) => `${place}: ${sentence}`).join("\n");
  });
}
