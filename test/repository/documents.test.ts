/** The committed OpenAPI documents are what the contracts give. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { repository } from "./repository.ts";

it("commits one document per contract version of the demo, and each is current", async () => {
  expect((await readdir(join(repository, "openapi"))).filter((name) => name.endsWith(".json"))).not.toEqual([]);
  const command = ["--conditions=source", join(repository, "src/entry/cli.ts"), "document", "--check"];
  await expect(promisify(execFile)(process.execPath, command, { cwd: repository })).resolves.toMatchObject({ stderr: "" });
});
