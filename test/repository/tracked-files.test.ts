/** What is under version control works anywhere: no path of one machine, no registry's host, nothing that is generated. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository, trackedFiles } from "./repository.ts";

/** Parts of paths that only one machine has. Written in pieces, so that this file does not find itself. */
const machinePaths = [
  ["/ho", "me/"],
  ["/Us", "ers/"],
  ["/ro", "ot/"],
  ["/wo", "rk/"],
].map((pieces) => pieces.join(""));
const registryHosts = [
  ["registry.npm", "js.org"],
  ["registry.", "yarnpkg.com"],
  ["npm.pkg.", "github.com"],
  ["deb.", "debian.org"],
].map((pieces) => pieces.join(""));

describe("tracked files", () => {
  it("hold no absolute path of a machine and no registry's host", async () => {
    const files = (await trackedFiles()).filter((path) => !/\.(?:png|ico|woff2?)$/.test(path));
    expect(files.length).toBeGreaterThan(100);
    const found: string[] = [];
    for (const path of files) {
      for (const [at, line] of (await readFile(join(repository, path), "utf8")).split("\n").entries()) {
        // A path begins after a blank, a quote, a bracket, a colon or an equals sign; within a relative path it is none.
        const paths = machinePaths.filter((start) => new RegExp(`(?:^|[\\s"'\`(=:])${start}`).test(line));
        const hosts = registryHosts.filter((host) => line.includes(host));
        if (paths.length + hosts.length > 0) found.push(`${path}:${at + 1}: ${line.trim().slice(0, 100)}`);
      }
    }
    expect(found).toEqual([]);
  });

  it("are no builds, no dependencies and no state of a run", async () => {
    const generated = (await trackedFiles()).filter((path) => /(?:^|\/)(?:node_modules|dist|\.sluice)\//.test(path) || /\.(?:tgz|log|tsbuildinfo)$/.test(path));
    expect(generated).toEqual([]);
  });
});
