/** Compares the OpenAPI documents that a project has committed with what its contracts give. */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { adminDocument, documentsOf } from "#gateway";
import { bundledProject, type ProjectFolder } from "./project.ts";

export interface DocumentComparison {
  /** The folder of the documents. */
  readonly target: string;
  /** Text by file name. */
  readonly wanted: ReadonlyMap<string, string>;
  /** File names of those that are missing, not current, or of no version any more. */
  readonly different: readonly string[];
}

export async function compareDocuments(folder: ProjectFolder): Promise<DocumentComparison> {
  // The bundled project's documents lie beside it; another project keeps its own.
  const target = folder.path === bundledProject ? resolve(bundledProject, "../openapi") : join(folder.path, "openapi");
  const own = folder.path === bundledProject;
  const wanted = new Map([...documentsOf(folder.definition)].map(([version, text]) => [`${version}.json`, text]));
  // The admin API is the same for all projects, so its document is the engine's.
  if (own) wanted.set(adminFile, adminDocument());
  const present = await readPresent(target, own);
  const names = [...new Set([...wanted.keys(), ...present.keys()])].sort();
  return { target, wanted, different: names.filter((name) => wanted.get(name) !== present.get(name)) };
}

const adminFile = "admin.json";

async function readPresent(folder: string, own: boolean): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []); // A project without documents yet.
  const dated = names.filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name) || (own && name === adminFile));
  return new Map(await Promise.all(dated.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)));
}
