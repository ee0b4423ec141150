/** Checks the files of a project: its package, its compiler settings, and that it loads. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { compilerOf } from "../compiler.ts";
import { loadProject, type ProjectFolder } from "../project.ts";
import { type Finding, fault, ok, reasonOf, warning } from "./finding.ts";

const packageSchema = z.looseObject({ type: z.string().optional() });
const settingsSchema = z.looseObject({
  compilerOptions: z.looseObject({ strict: z.boolean().optional(), allowImportingTsExtensions: z.boolean().optional(), module: z.string().optional() }),
});

export function checkNode(): Finding {
  const { node } = process.versions;
  if (process.features.typescript) return ok("node", `This is Node ${node}, which runs TypeScript as it is.`);
  return fault("node", `This is Node ${node}; 22.19 or newer is needed.`, "`npm install --save-dev node` gives the project a newer one of its own.");
}

export function checkPackage(folder: string): Finding {
  const path = nearest(folder, "package.json");
  if (path === undefined)
    return warning("package", `There is no package.json in ${folder}.`, "`npm init -y` makes one; `npm pkg set type=module` completes it.");
  const { type } = packageSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  if (type !== "module") return fault("package", `${path} does not say "type": "module".`, "`npm pkg set type=module` says so: a project's files are modules.");
  try {
    createRequire(join(folder, "gateway.ts")).resolve("sluice");
  } catch {
    return fault("package", "The package `sluice` cannot be found from the project.", "Run `npm install` in the project.");
  }
  return ok("package", `${path} is a package of modules that finds sluice.`);
}

/** The compiler refuses what a binding forgets only where it is strict. */
export function checkCompiler(folder: string): Finding {
  const path = nearest(folder, "tsconfig.json");
  const remedy = "Take over the tsconfig.json that `sluice init` writes.";
  if (path === undefined) return warning("compiler", "There is no tsconfig.json, so no compiler checks the bindings.", remedy);
  const compiler = compilerOf(folder);
  if (compiler === undefined)
    return warning("compiler", "TypeScript is not installed, so no compiler checks the bindings.", "`npm install --save-dev typescript`");
  const shown = spawnSync(process.execPath, [compiler, "--showConfig", "--project", path], { encoding: "utf8" });
  if (shown.status !== 0) return fault("compiler", `${path} cannot be read: ${shown.stdout.split("\n")[0]}`, remedy);
  const { compilerOptions } = settingsSchema.parse(JSON.parse(shown.stdout));
  const lacks = [
    ...(compilerOptions.strict === true ? [] : ['"strict": true']),
    ...(compilerOptions.allowImportingTsExtensions === true ? [] : ['"allowImportingTsExtensions": true']),
    ...(compilerOptions.module?.toLowerCase() === "nodenext" ? [] : ['"module": "nodenext"']),
  ];
  if (lacks.length > 0) return warning("compiler", `${path} lacks ${lacks.join(", ")}.`, remedy);
  return ok("compiler", `${path} is strict.`);
}

export async function checkLoading(folder: string): Promise<{ readonly finding: Finding; readonly project: ProjectFolder | undefined }> {
  try {
    const project = await loadProject(folder);
    const names = project.definition.contracts.map(({ name }) => name);
    if (names.length === 0) return { project, finding: warning("project", "gateway.ts lists no resource.", "Add one to `resources`.") };
    return { project, finding: ok("project", `gateway.ts lists ${names.join(", ")}.`) };
  } catch (error) {
    return { project: undefined, finding: fault("project", `It does not load: ${reasonOf(error)}`, "`npm run check` shows what the compiler makes of it.") };
  }
}

/** In the folder itself, or the first above it. */
function nearest(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
