/** `npm ci` works on every platform and from every registry: the lock file is complete and names no host. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "./repository.ts";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8"));

/** Whether `name` is found from `from`, as Node looks it up. */
function isLocked(from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (Object.hasOwn(packages, `${at === "" ? "" : `${at}/`}node_modules/${name}`)) return true;
    if (at === "") return false;
  }
}

describe("package-lock.json", () => {
  it("names no registry", () => {
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("has an entry for every optional dependency, or `npm ci` refuses it", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(path, name)),
    );
    expect(missing).toEqual([]);
  });

  it("lacks checksums of nothing but other platforms' optional packages", () => {
    const unsummed = Object.entries(packages).filter(([path, { integrity }]) => path !== "" && integrity === undefined);
    for (const [path, { optional, os, version }] of unsummed) {
      expect(version, path).toMatch(/^\d+\.\d+\.\d+/);
      expect({ path, optional, platforms: os?.length }).toEqual({ path, optional: true, platforms: 1 });
    }
  });
});
