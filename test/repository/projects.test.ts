/** Every folder of resources is listed in its project's gateway: a forgotten one would be documented nowhere. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { repository } from "./repository.ts";

const gatewayModule = z.object({ default: z.object({ contracts: z.array(z.object({ name: z.string() })) }) });

/** Folders under `resources/` that no contract of the gateway is named like, and contracts without a folder. */
async function unlisted(project: string): Promise<readonly string[]> {
  const loaded = gatewayModule.parse(await import(pathToFileURL(join(project, "gateway.ts")).href));
  const listed = loaded.default.contracts.map(({ name }) => name);
  const folders = await foldersIn(join(project, "resources"));
  const named = folders.map((folder) => folder.replaceAll("-", "_"));
  return [...named.filter((name) => !listed.includes(name)), ...listed.filter((name) => !named.includes(name))];
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

describe("projects", async () => {
  const examples = await foldersIn(join(repository, "examples")).catch(() => []);
  for (const project of ["demo", "templates/project", ...examples.map((name) => `examples/${name}`)]) {
    it(`${project} lists every one of its resources`, async () => {
      expect((await foldersIn(join(repository, project, "resources"))).length).toBeGreaterThan(0);
      expect(await unlisted(join(repository, project))).toEqual([]);
    });
  }

  it("would be caught with a resource that is not listed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-project-"));
    try {
      await mkdir(join(folder, "resources/orders"), { recursive: true });
      await mkdir(join(folder, "resources/forgotten"));
      await writeFile(join(folder, "gateway.ts"), 'export default { contracts: [{ name: "orders" }] };\n');
      expect(await unlisted(folder)).toEqual(["forgotten"]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
