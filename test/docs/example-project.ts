/** A project outside this repository that holds the guides' examples, for the compiler to judge and the tests to load. */

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BoundResource } from "sluice";
import * as sluice from "sluice";
import type { GatewayDefinition } from "#gateway";
import { repository } from "../repository/repository.ts";
import { defaults, type ExampleDatabase } from "./example-database.ts";
import type { DialectName, Example, Promise as Promised } from "./examples.ts";

export interface CompilerError {
  readonly file: string;
  readonly message: string;
}

export interface ExampleProject {
  write(path: string, text: string): void;
  load(path: string): Promise<BoundResource>;
  loadGateway(path: string): Promise<GatewayDefinition>;
  typeCheck(): Promise<readonly CompilerError[]>;
  remove(): void;
}

export function createExampleProject(): ExampleProject {
  const folder = mkdtempSync(join(tmpdir(), "sluice-guides-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(repository, join(folder, "node_modules/sluice"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  write("package.json", '{ "type": "module" }\n');
  const compilerOptions = { typeRoots: [join(repository, "node_modules/@types")] };
  write("tsconfig.json", JSON.stringify({ extends: join(repository, "tsconfig.json"), compilerOptions, include: ["**/*.ts"], exclude: [] }));
  return {
    write,
    load: async (path) => (await import(pathToFileURL(join(folder, path)).href)).resource,
    loadGateway: async (path) => (await import(pathToFileURL(join(folder, path)).href)).default,
    typeCheck: () =>
      new Promise((resolve) => {
        execFile(join(repository, "node_modules/.bin/tsc"), ["-p", folder, "--pretty", "false"], { cwd: folder, maxBuffer: 2 ** 26 }, (_error, out, err) =>
          resolve(parseErrors(out + err)),
        );
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `path(line,column): error TSnnnn: message`, continued on indented lines. */
function parseErrors(output: string): readonly CompilerError[] {
  const found: { file: string; message: string }[] = [];
  for (const line of output.split("\n")) {
    const [, file, message] = /^(\S+?)\(\d+,\d+\): error TS\d+: (.*)$/.exec(line) ?? [];
    const last = found.at(-1);
    if (file !== undefined) found.push({ file, message: message ?? "" });
    else if (last !== undefined && line.startsWith(" ")) last.message += `\n${line}`;
    else if (line !== "") throw new Error(`the compiler said: ${line}`);
  }
  return found;
}

/** What an example promises besides reading. */
export interface Promises {
  readonly filter: readonly string[];
  readonly sort: readonly string[];
}

/** Fields at the top of an example's model, in its own order. */
export function fieldsOf(example: Example): readonly string[] {
  return [...example.schema.matchAll(/^(\w+): /gm)].map(([, name = ""]) => name);
}

export function pathsOf(promised: Promised, example: Example): readonly string[] {
  if (promised === "all" || promised === "none") return promised === "all" ? fieldsOf(example) : [];
  // The examples of a section share what is said of them.
  const own = ["id", ...fieldsOf(example)];
  return promised.filter((path) => own.includes(path.split(".")[0] ?? ""));
}

/** Code of a page that stands for itself: names of the engine and of the demo's source, which it may use, are there. */
export function aloneOf(code: string): string {
  const declared = new Set([...code.matchAll(/\b(?:const|function|interface|type) (\w+)/g)].map(([, name]) => name));
  const free = (names: readonly string[]): string => names.filter((name) => !declared.has(name)).join(", ");
  return `import { ${free(Object.keys(sluice))} } from "sluice";
import type { MeridianTables } from "${repository}/demo/erp/tables.ts";
import { ${free(["company", "meridian", "zone"])} } from "${repository}/demo/erp/source.ts";
${code}
export {};
`;
}

/** A module that exports the example's resource. Names of the engine stand in it unused; the compiler does not mind. */
export function moduleOf(
  example: Example,
  dialect: DialectName,
  { rowTypes, schema }: Pick<ExampleDatabase, "rowTypes" | "schema">,
  promises: Promises,
): string {
  const isWhole = /^\s*table: /m.test(example.binding);
  // What stands before the last statement's end are constants that the binding uses.
  const end = example.binding.lastIndexOf(";\n") + 1;
  const [before, lines] = [example.binding.slice(0, end), example.binding.slice(end)];
  const body = isWhole ? lines : `table: "${defaults.table}", key: "${defaults.key}", account: sharedWithEveryPartner("an example"),\nfields: {\n${lines}\n},`;
  return `import { ${Object.keys(sluice).join(", ")} } from "sluice";
interface Tables {
${rowTypes}
}
const erp = defineSource<Tables>({ name: "erp", dialect: "${dialect}"${schema === undefined ? "" : `, schema: "${schema}"`} });
const contract = defineContract({
  name: "things", singular: "thing", team: "t", summary: "s",
  model: z.object({ id: wire.id(),
${example.schema}
  }),
  reads: { list: { scope: "things:read", filter: ${JSON.stringify(promises.filter)}, sort: ${JSON.stringify(promises.sort)} }, get: { scope: "things:read" } },
});
${before}
export const resource = erp.bind(contract, {
${body}
});
`;
}
