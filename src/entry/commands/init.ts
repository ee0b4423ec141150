/** `sluice init`: a new project, with one resource as an example. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type Asker, askerAt } from "../ask.ts";
import { readOwnPackage } from "../init/own-package.ts";
import { type PackageJson, packageJson, parsePackageJson, sluiceDependency } from "../init/package-json.ts";
import { projectFiles } from "../init/project-files.ts";
import { whyNotIn, writeProject } from "../init/write-project.ts";
import { type Command, exitCodes, refuse, type Terminal, UsageError } from "./command.ts";
import { writeDocuments } from "./document.ts";
import { parseOptions } from "./options.ts";

const dialects = ["postgres", "mariadb"] as const;
const dialect = z.enum(dialects, "takes postgres or mariadb (which serves MySQL, too)");
const title = z
  .string()
  .trim()
  .regex(/^[^\p{Cc}]{1,100}$/u, "takes 1 to 100 characters in one line");

export const initCommand: Command = {
  name: "init",
  summary: "Make a new project in a folder",
  usage: [
    "[folder] [--dialect postgres|mariadb] [--name <company>]",
    "The folder must be empty, but for what `npm install sluice` and `git init` leave. Without one it is the folder you are in.",
    "What is not given is asked for where there is a terminal.",
  ],
  options: { dialect: { type: "string" }, name: { type: "string" } },
  words: [],
  moreWords: 1,
  run: async (input, terminal) => {
    const typed = parseOptions(z.object({ dialect: dialect.optional(), name: title.optional() }), input);
    const folder = resolve(terminal.workingFolder, input.words[0] ?? ".");
    const reason = whyNotIn(folder);
    if (reason !== undefined) return refuse(terminal, [reason]);
    const existing = readPackageJson(folder);
    if (existing === "unreadable") return refuse(terminal, [`${join(folder, "package.json")} is not one that npm would read. Repair or remove it.`]);

    const suggested = titleOf(existing?.name ?? basename(folder));
    const asker = typed.dialect === undefined || typed.name === undefined ? askerAt(process.stdin, process.stdout) : undefined;
    const words = await complete(typed, suggested, asker).finally(() => asker?.close());

    const own = readOwnPackage();
    const nearby = readPackageJson(terminal.workingFolder);
    const sluice = sluiceDependency(nearby === "unreadable" ? undefined : nearby, terminal.workingFolder, folder, own);
    const files = new Map(projectFiles({ ...words, version: new Date().toISOString().slice(0, 10) }));
    files.set("package.json", `${JSON.stringify(packageJson(existing, nameOf(words.title), sluice, own), null, 2)}\n`);
    writeProject(folder, files);
    const documented = await documentIfInstalled(folder, terminal);
    for (const line of nextSteps(relative(terminal.workingFolder, folder), documented, words.dialect, [...files.keys()].sort())) terminal.say(line);
    return exitCodes.done;
  },
};

async function complete(
  typed: { readonly dialect?: (typeof dialects)[number] | undefined; readonly name?: string | undefined },
  suggested: string,
  asker: Asker | undefined,
): Promise<{ readonly title: string; readonly dialect: (typeof dialects)[number] }> {
  const faultOf = (schema: z.ZodType) => (answer: string) => {
    const result = schema.safeParse(answer);
    return result.success ? undefined : `It ${result.error.issues[0]?.message}.`;
  };
  const name = typed.name ?? (await asker?.text("What is the company called?", suggested, faultOf(title))) ?? suggested;
  const chosen = typed.dialect ?? (await asker?.text("What does its ERP run on, postgres or mariadb (which serves MySQL, too)?", "postgres", faultOf(dialect)));
  if (chosen === undefined) throw new UsageError("--dialect is missing; it takes postgres or mariadb (which serves MySQL, too).");
  return { title: title.parse(name), dialect: dialect.parse(chosen) };
}

function readPackageJson(folder: string): PackageJson | "unreadable" | undefined {
  const path = join(folder, "package.json");
  return existsSync(path) ? (parsePackageJson(readFileSync(path, "utf8")) ?? "unreadable") : undefined;
}

/** `alpine-stores` is shown as `Alpine Stores`. */
function titleOf(name: string): string {
  const words = name.replace(/^@[^/]*\//, "").split(/[^\p{L}\p{N}]+/u);
  const shown = words.filter(Boolean).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return title.safeParse(shown.join(" ")).data ?? "My Company";
}

function nameOf(company: string): string {
  const name = company
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return name === "" ? "partner-api" : `${name}-partner-api`;
}

/** The first OpenAPI document; only once the package can be found from the folder. */
async function documentIfInstalled(folder: string, terminal: Terminal): Promise<boolean> {
  if (!process.features.typescript) return false;
  try {
    createRequire(pathToFileURL(join(folder, "gateway.ts"))).resolve("sluice");
    await writeDocuments(folder, { ...terminal, say: () => undefined });
    return true;
  } catch {
    return false; // Then it is among the next steps, where a failure says its reason.
  }
}

function nextSteps(folder: string, documented: boolean, dialect: string, files: readonly string[]): readonly string[] {
  return [
    `Made a project for ${dialect}, of ${files.length} files${folder === "" ? "" : ` in ${folder}`}, with resources/widgets/ as an example.`,
    "",
    "Next:",
    ...(folder === "" ? [] : [`  cd ${folder}`]),
    "  npm install",
    "  cp .env.example .env       and write the URL of the ERP's database into it",
    ...(documented ? [] : ["  npm run document"]),
    "  npm run sluice -- doctor   checks the whole set-up and says what to do",
    "  npm start",
  ];
}
