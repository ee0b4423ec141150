/** A project outside this repository as a Cloudflare Worker, from the tarball: made, built as for deploying, and served by workerd. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { experimental_readRawConfig } from "wrangler";
import { makeSecrets } from "#testing/served-gateway.ts";
import { repository } from "../repository/repository.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";
import { logOf, startWorkerd } from "../workers/serve-in-workerd.ts";
import { type Outside, packOutside, run } from "./outside.ts";
import { schema } from "./own-erp.ts";

let outside: Outside;
let project: string;
let database: TestDatabase;

/** What npm would install: the package from its tarball, beside the packages that are here already. */
function unpack(tarball: string, modules: string): void {
  mkdirSync(join(modules, "sluice"), { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", join(modules, "sluice"), "--strip-components=1"]);
  for (const name of readdirSync(join(repository, "node_modules")).filter((entry) => entry !== "sluice")) {
    symlinkSync(join(repository, "node_modules", name), join(modules, name));
  }
}

const sluice = (...words: readonly string[]) => run(project, [process.execPath, join(project, "node_modules/sluice/dist/entry/cli.js"), ...words]);

beforeAll(async () => {
  outside = await packOutside();
  project = join(outside.folder, "shop");
  mkdirSync(project);
  unpack(outside.tarball, join(project, "node_modules"));
  database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(schema).finally(() => client.end());
}, 300_000);
afterAll(async () => {
  await database?.drop();
  outside?.remove();
});

test("a new project becomes a Worker in two commands, and workerd serves it", { timeout: 180_000 }, async () => {
  expect(await sluice("init", "--name", "Shop & Sons", "--dialect", "postgres")).toMatchObject({ code: 0 });
  const made = await sluice("worker", "init");
  expect(made).toMatchObject({ code: 0, err: "" });
  for (const binding of ["HYPERDRIVE_STORE", "ERP_LIVE", "ERP_TEST"]) expect(made.out).toContain(`${binding}: `);
  const again = await sluice("worker", "init");
  expect([again.code, again.err]).toEqual([1, expect.stringContaining("worker.ts and wrangler.toml")]);

  // The command by which wrangler has the assets collected is the project's own; here it finds the package without npm.
  expect(readFileSync(join(project, "wrangler.toml"), "utf8")).toContain('command = "npx sluice worker assets"');
  expect(await sluice("worker", "assets")).toMatchObject({ code: 0, out: expect.stringContaining("Collected") });
  expect(existsSync(join(project, ".worker/assets/scalar.js.gz"))).toBe(true);
  const settings = join(project, "wrangler.toml");
  writeFileSync(settings, readFileSync(settings, "utf8").replace(/\[build\]\ncommand = .*\n/, ""));
  const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
  const built = await run(project, [process.execPath, wrangler, "deploy", "--dry-run", "--outdir", "bundle"], { WRANGLER_SEND_METRICS: "false", CI: "true" });
  expect(built, built.err).toMatchObject({ code: 0 });

  const secrets = makeSecrets();
  const main = join(project, "bundle/worker.js");
  const harness = startWorkerd(
    { main, metafile: "", assets: join(project, ".worker/assets"), settings: experimental_readRawConfig({ config: settings }).rawConfig },
    {
      vars: { ...secrets.variables, PUBLIC_URL: "https://api.shop.example" },
      databases: ["HYPERDRIVE_STORE", "ERP_LIVE"].map((binding) => ({ binding, url: database.url })),
    },
  );
  try {
    const { url } = await harness.listen();
    for (const path of ["/", "/docs", "/health", "/docs/guides/errors"])
      expect((await fetch(new URL(path, url))).status, `${path} ${logOf(harness)}`).toBe(200);
    expect(await (await fetch(new URL("/", url))).text()).toContain("Shop &amp; Sons");
    expect((await fetch(new URL("/v1/widgets", url))).status).toBe(401);
  } finally {
    await harness.close();
  }
});
