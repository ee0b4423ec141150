/** A project outside the repository for drafts to be written into, answered mechanically, type-checked and loaded. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { GatewayDefinition } from "#gateway";
import { putInPlace } from "../../../../src/entry/introspect/put-in-place.ts";

const repository = fileURLToPath(new URL("../../../..", import.meta.url));

export interface CompilerError {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface DraftProject {
  readonly path: string;
  read(file: string): string;
  write(file: string, text: string): void;
  put(files: ReadonlyMap<string, string>): Promise<void>;
  /** Every file with what it holds, those that begin with a dot included. */
  files(): ReadonlyMap<string, string>;
  typeCheck(): Promise<readonly CompilerError[]>;
  load(): Promise<GatewayDefinition>;
  remove(): void;
}

/** As `sluice init` leaves one: a source, and no resource yet. */
export function makeDraftProject(dialect: "postgres" | "mariadb"): DraftProject {
  const path = mkdtempSync(join(tmpdir(), "sluice-draft-"));
  mkdirSync(join(path, "node_modules"));
  symlinkSync(repository, join(path, "node_modules", "sluice"));
  const write = (file: string, text: string): void => {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  write("package.json", '{ "type": "module" }\n');
  write(
    "tsconfig.json",
    JSON.stringify({
      extends: join(repository, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(repository, "node_modules/@types")] },
      include: ["**/*.ts"],
      exclude: [],
    }),
  );
  write(
    "gateway.ts",
    `import { defineGateway } from "sluice";\n\nexport default defineGateway({ title: "Draft", summary: "Drafts.", version: "2026-11-01", resources: [] });\n`,
  );
  write(
    "erp/source.ts",
    `import { defineSource } from "sluice";\nimport type { ErpTables } from "./tables.ts";\n\nexport const erp = defineSource<ErpTables>({ name: "erp", dialect: "${dialect}" });\n`,
  );
  const names = (): string[] =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  const read = (file: string): string => readFileSync(join(path, file), "utf8");
  return {
    path,
    read,
    write,
    put: (files) => putInPlace(path, files),
    files: () =>
      new Map(
        names()
          .sort()
          .map((name) => [name, read(name)]),
      ),
    typeCheck: () =>
      new Promise((resolve) => {
        execFile(join(repository, "node_modules/.bin/tsc"), ["-p", path, "--pretty", "false"], { cwd: path, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) =>
          resolve(parseErrors(stdout + stderr)),
        );
      }),
    load: async () => (await import(pathToFileURL(join(path, "gateway.ts")).href)).default,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

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

export interface MechanicalAnswers {
  /** Code by resource, such as `"CUSNO"`. */
  readonly accounts: Readonly<Record<string, string>>;
  readonly keys?: Readonly<Record<string, string>>;
  readonly zone: string;
  readonly company?: string;
}

const mark = /undecided\(("(?:[^"\\]|\\.)*")\)/g;

/** Puts an answer in the place of every question, as an editor's replace would. A code's word is `w_` and the code. */
export function answerAll(project: DraftProject, answers: MechanicalAnswers): void {
  const words = new Map<string, string[]>();
  for (const [file, text] of project.files()) {
    if (!file.endsWith("/erp.ts") && file !== "erp/decisions.ts") continue;
    const answered = text.replaceAll(mark, (_, quoted: string) => answerTo(String(JSON.parse(quoted)), answers));
    let unused = answered;
    for (const name of ["sharedWithEveryPartner", "sharedOrOwn", "anyOf"])
      if (unused.includes(`${name}(`) && !new RegExp(`import \\{[^}]*\\b${name}\\b`).test(unused)) unused = unused.replace("import { ", `import { ${name}, `);
    project.write(file, unused);
    collectWords(text, answered, words);
  }
  for (const [file, text] of project.files()) {
    if (!file.endsWith("/schema.ts")) continue;
    project.write(
      file,
      text.replaceAll(mark, (_, quoted: string) => {
        const [path = ""] = String(JSON.parse(quoted)).split(":");
        const known = words.get(path);
        if (known === undefined) throw new Error(`no words for ${path}`);
        return JSON.stringify([...new Set(known)]);
      }),
    );
  }
}

function answerTo(question: string, { accounts, keys, zone, company }: MechanicalAnswers): string {
  const [about = ""] = question.split(":");
  const code = /the public word of \S+ (\S+?)(?:,|$)/.exec(question)?.[1];
  if (code !== undefined) return JSON.stringify(`w_${code.replaceAll(/\W/g, "_")}`);
  if (question.includes("time zone")) return JSON.stringify(zone);
  if (question.includes("the company")) return JSON.stringify(company);
  if (question.includes("tell rows apart")) return keys?.[about] ?? `"no answer"`;
  const account = accounts[about];
  if (account === undefined) throw new Error(`no answer to: ${question}`);
  return account;
}

/** The words of each code table that had a question, by the path the question names. */
function collectWords(before: string, after: string, into: Map<string, string[]>): void {
  const block = /code\("[^"]+", \{\n([\s\S]*?)\n\s*\}\)/g;
  const answered = [...after.matchAll(block)];
  [...before.matchAll(block)].forEach((found, index) => {
    const path = /undecided\("([^:"]+): the public word/.exec(found[1] ?? "")?.[1];
    const words = [...(answered[index]?.[1] ?? "").matchAll(/^\s*(?:"[^"]*"|[\w$]+): "([^"]*)",/gm)].map(([, word = ""]) => word);
    if (path !== undefined) into.set(path, words);
  });
}
