/** What the compiler must refuse: each fixture holds one mistake, and the message says in words which field it is. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

interface CompilerError {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const fixtures = readdirSync(`${here}refusals`).sort();
let errors: readonly CompilerError[] = [];

beforeAll(async () => {
  const output = await new Promise<string>((resolve) => {
    execFile(`${root}node_modules/.bin/tsc`, ["-p", here, "--pretty", "false"], { cwd: here, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  errors = parseErrors(output);
}, 120_000);

/** `path(line,column): error TSnnnn: message`, continued on indented lines. */
function parseErrors(output: string): readonly CompilerError[] {
  const found: CompilerError[] = [];
  for (const line of output.split("\n")) {
    const match = /^(\S+?)\((\d+),\d+\): error TS\d+: (.*)$/.exec(line);
    const last = found.at(-1);
    if (match) found.push({ file: match[1] ?? "", line: Number(match[2]), message: match[3] ?? "" });
    else if (last !== undefined && line.startsWith(" ")) found[found.length - 1] = { ...last, message: `${last.message}\n${line}` };
    else if (line !== "") throw new Error(`the compiler said: ${line}`);
  }
  return found;
}

/** The line that ends with `// here`, or stands above it. Counts from 1; 0 without a mark. */
function markedLine(lines: readonly string[]): number {
  const at = lines.findIndex((line) => line.endsWith("// here"));
  return lines[at]?.trim() === "// here" ? at : at + 1;
}

test("a correct project that uses every conversion is accepted", () => {
  expect(errors.filter((error) => !error.file.includes("refusals/"))).toEqual([]);
});

describe("the compiler refuses", () => {
  test.each(fixtures)("%s", (fixture) => {
    const lines = readFileSync(`${here}refusals/${fixture}`, "utf8").split("\n");
    const expected = /^\/\/ refused: (.+)$/.exec(lines[0] ?? "")?.[1];
    const marked = markedLine(lines);
    const own = errors.filter((error) => error.file === `refusals/${fixture}`);
    expect(expected).toBeDefined();
    expect(marked).toBeGreaterThan(0);
    expect(own[0]?.line).toBe(marked);
    expect(own[0]?.message).toContain(expected);
  });
});
