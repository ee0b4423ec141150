/** The files of a new project: those under `templates/project/`, in its own words. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DeclaredSource } from "#config";

export interface ProjectWords {
  /** Of the company, as partners know it. */
  readonly title: string;
  readonly dialect: DeclaredSource["dialect"];
  /** The first contract version, `YYYY-MM-DD`. */
  readonly version: string;
}

const templates = fileURLToPath(new URL("../../../templates/project", import.meta.url));

const exampleUrls = {
  postgres: "postgres://user:password@host:5432/name",
  mariadb: "mysql://user:password@host:3306/name",
} as const;

/** Text by path. Names that npm would not pack, or would read as its own, begin with `dot-` instead of a dot. */
export function projectFiles(words: ProjectWords): ReadonlyMap<string, string> {
  const entries = readdirSync(templates, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const shown = path.slice(templates.length + 1).replaceAll("\\", "/");
      return [shown.replaceAll(/(^|\/)dot-/g, "$1."), inWords(readFileSync(path, "utf8"), words)];
    }),
  );
}

/** The files of the example, which hold nothing of the project's own words: those at or below `path`. */
export function exampleFiles(path: string): ReadonlyMap<string, string> {
  const found = path.endsWith(".ts") ? [path] : readdirSync(join(templates, path)).map((name) => `${path}/${name}`);
  return new Map(found.map((shown) => [shown, readFileSync(join(templates, shown), "utf8")]));
}

/** The templates are files that compile; what they call the company, its dialect and its version is replaced. */
function inWords(text: string, { title, dialect, version }: ProjectWords): string {
  return text
    .replaceAll('"My Company"', JSON.stringify(title))
    .replaceAll('"What partners of My Company can read from its ERP."', JSON.stringify(`What partners of ${title} can read from its ERP.`))
    .replaceAll("The gateway of My Company:", `The gateway of ${title.replaceAll("*/", "* /")}:`)
    .replaceAll('dialect: "postgres"', `dialect: "${dialect}"`)
    .replaceAll('"2026-01-01"', `"${version}"`)
    .replaceAll("{{title}}", title)
    .replaceAll("{{url}}", exampleUrls[dialect]);
}
