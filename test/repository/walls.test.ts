/** The walls of ARCHITECTURE.md hold: every import that would cross one is refused, for that reason and no other. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository, trackedFiles } from "./repository.ts";

const imports = {
  entry: "entry imports gateway, config, control-plane, events, limits, store and lib.",
  worker: "A Worker has no files and no processes, and listens to nothing: what is for Node alone stays out.",
  http: "http imports pipeline, contract, control-plane and lib.",
  pipeline: "pipeline imports contract and lib.",
  events: "events imports contract and lib.",
  reconcile: "reconcile imports contract and lib.",
  controlPlane: "control-plane imports contract, lib and the ports of pipeline.",
  erp: "erp imports contract, lib and the port it implements.",
  limits: "limits imports lib and the port it implements.",
  store: "store imports lib and the ports it implements.",
  contract: "contract imports lib.",
  pure: "The contract language is pure: Zod and nothing else.",
  lib: "lib imports nothing of the engine.",
  libPackages: "lib needs nothing but Node, and a reader of addresses.",
  testing: "testing imports the engine by its parts, never a project.",
  onlyTests: "Only tests import testing.",
  root: "Only the command line starts an entry: nothing imports entry.",
  noProject: "The engine knows no project.",
  home: "Relative imports stay home: what crosses a wall is imported as #part/file.ts.",
  detour: "A relative import does not go up after it went down.",
  drivers: "Web frameworks stay in http, database drivers in erp and store.",
  project: "A project imports sluice and its own files; resources never import each other.",
  sdks: "The SDK generator reads OpenAPI documents and nothing of the engine.",
} as const;

/** Where an import is planted, what it imports, and why it is refused; null: it is legal. */
const planted: readonly (readonly [file: string, imported: string, reason: string | null])[] = [
  ["src/entry/planted.ts", "#gateway", null],
  ["src/entry/planted.ts", "#config", null],
  ["src/entry/planted.ts", "#control-plane/partners/list.ts", null],
  ["src/entry/planted.ts", "#store/connect.ts", null],
  ["src/entry/planted.ts", "@hono/node-server", null],
  ["src/entry/commands/planted.ts", "../project.ts", null],
  ["src/entry/planted.ts", "#http/app.ts", imports.entry],
  ["src/entry/planted.ts", "#erp/read/reader.ts", imports.entry],
  ["src/entry/planted.ts", "#pipeline/index.ts", imports.entry],
  ["src/entry/planted.ts", "#contract/contract.ts", imports.entry],
  ["src/entry/planted.ts", "../gateway.ts", imports.home],
  ["src/entry/planted.ts", "../../demo/gateway.ts", imports.home],

  ["src/entry/cloudflare/planted.ts", "#store/connect.ts", null],
  ["src/entry/cloudflare/planted.ts", "./bindings.ts", null],
  ["src/entry/cloudflare/planted.ts", "#http/app.ts", imports.entry],
  ["src/entry/cloudflare/planted.ts", "#store/migrate.ts", imports.worker],
  ["src/entry/cloudflare/planted.ts", "node:fs/promises", imports.worker],
  ["src/entry/cloudflare/planted.ts", "pino", imports.worker],
  ["src/entry/cloudflare.ts", "node:http", imports.worker],
  ["src/entry/cloudflare.ts", "@hono/node-server", imports.worker],
  ["demo/worker.ts", "sluice/cloudflare", null],

  ["src/gateway.ts", "#http/app.ts", null],
  ["src/gateway.ts", "./project.ts", null],
  ["src/gateway.ts", "./entry/start.ts", imports.root],
  ["src/gateway.ts", "../demo/gateway.ts", imports.noProject],
  ["src/index.ts", "../examples/weberp/gateway.ts", imports.noProject],

  ["src/gateway.ts", "#entry/start.ts", imports.root],
  ["src/gateway.ts", "./testing/index.ts", imports.onlyTests],
  ["src/index.ts", "#testing/index.ts", imports.onlyTests],

  ["src/testing/planted.ts", "#entry/serve.ts", null],
  ["src/testing/planted.ts", "#erp/read/reader.ts", null],
  ["src/testing/planted.ts", "vitest", null],
  ["src/testing/cases/planted.ts", "../world.ts", null],
  ["src/testing/planted.ts", "sluice", imports.testing],
  ["src/testing/planted.ts", "../../demo/gateway.ts", imports.home],
  ["src/testing/planted.ts", "../entry/serve.ts", imports.home],
  ["src/testing/cases/planted.ts", "../../gateway.ts", imports.home],
  ["src/testing/planted.ts", "pg", imports.drivers],
  ["src/entry/planted.ts", "#testing/index.ts", imports.entry],

  ["src/http/planted.ts", "#pipeline/index.ts", null],
  ["src/http/planted.ts", "#contract/operations.ts", null],
  ["src/http/planted.ts", "#control-plane/partners/list.ts", null],
  ["src/http/planted.ts", "hono", null],
  ["src/http/site/planted.ts", "../log.ts", null],
  ["src/http/planted.ts", "#erp/read/reader.ts", imports.http],
  ["src/http/planted.ts", "#store/connect.ts", imports.http],
  ["src/http/planted.ts", "#gateway", imports.http],
  ["src/http/planted.ts", "#config", imports.http],
  ["src/http/planted.ts", "sluice", imports.http],
  ["src/http/planted.ts", "../erp/read/reader.ts", imports.home],
  ["src/http/site/planted.ts", "../../store/connect.ts", imports.home],
  ["src/http/planted.ts", "./site/../../store/connect.ts", imports.detour],
  ["src/http/planted.ts", "pg", imports.drivers],

  ["src/pipeline/planted.ts", "#contract/contract.ts", null],
  ["src/pipeline/planted.ts", "./ports.ts", null],
  ["src/pipeline/planted.ts", "#http/app.ts", imports.pipeline],
  ["src/pipeline/planted.ts", "#erp/read/reader.ts", imports.pipeline],
  ["src/pipeline/planted.ts", "#control-plane/partners/list.ts", imports.pipeline],
  ["src/pipeline/planted.ts", "../http/app.ts", imports.home],
  ["src/pipeline/planted.ts", "hono", imports.drivers],

  ["src/events/planted.ts", "#lib/hash.ts", null],
  ["src/events/planted.ts", "#store/connect.ts", imports.events],
  ["src/events/planted.ts", "../pipeline/index.ts", imports.home],
  ["src/reconcile/planted.ts", "#contract/contract.ts", null],
  ["src/reconcile/planted.ts", "#erp/read/reader.ts", imports.reconcile],
  ["src/reconcile/planted.ts", "../erp/read/reader.ts", imports.home],

  ["src/control-plane/partners/planted.ts", "#lib/hash.ts", null],
  ["src/control-plane/api-keys/planted.ts", "#pipeline/principal.ts", null],
  ["src/control-plane/api-keys/planted.ts", "#pipeline/limits.ts", null],
  ["src/control-plane/api-keys/planted.ts", "../partners/partner-records.ts", null],
  ["src/control-plane/api-keys/planted.ts", "#pipeline/index.ts", imports.controlPlane],
  ["src/control-plane/partners/planted.ts", "#store/partners.ts", imports.controlPlane],
  ["src/control-plane/partners/planted.ts", "../../store/partners.ts", imports.home],
  ["src/control-plane/partners/planted.ts", "kysely", imports.drivers],

  ["src/erp/read/planted.ts", "#contract/model.ts", null],
  ["src/erp/dialects/postgres/planted.ts", "pg", null],
  ["src/erp/read/planted.ts", "../binding/sql.ts", null],
  ["src/erp/read/planted.ts", "#pipeline/ports.ts", imports.erp],
  ["src/erp/read/planted.ts", "#control-plane/partners/list.ts", imports.erp],
  ["src/erp/dialects/postgres/planted.ts", "../../../pipeline/ports.ts", imports.home],
  ["src/erp/read/planted.ts", "hono", imports.drivers],

  ["src/limits/planted.ts", "#pipeline/limits.ts", null],
  ["src/limits/planted.ts", "ioredis", null],
  ["src/limits/planted.ts", "#pipeline/index.ts", imports.limits],
  ["src/limits/planted.ts", "#store/connect.ts", imports.limits],
  ["src/limits/planted.ts", "../pipeline/limits.ts", imports.home],
  ["src/limits/planted.ts", "kysely", imports.drivers],
  ["src/entry/planted.ts", "#limits/limits.ts", null],
  ["src/pipeline/planted.ts", "#limits/limits.ts", imports.pipeline],

  ["src/store/planted.ts", "#control-plane/api-keys/key-records.ts", null],
  ["src/store/planted.ts", "#pipeline/limits.ts", null],
  ["src/store/planted.ts", "#control-plane/control-plane.ts", null],
  ["src/store/planted.ts", "#control-plane/perform.ts", imports.store],
  ["src/store/planted.ts", "#pipeline/principal.ts", null],
  ["src/store/planted.ts", "#erp/write/receipt-records.ts", null],
  ["src/store/planted.ts", "#erp/capture/scan-records.ts", null],
  ["src/store/planted.ts", "#erp/write/receipt-table.ts", imports.store],
  ["src/store/planted.ts", "kysely", null],
  ["src/store/planted.ts", "#control-plane/api-keys/create.ts", imports.store],
  ["src/store/planted.ts", "#erp/read/reader.ts", imports.store],
  ["src/store/planted.ts", "../control-plane/api-keys/create.ts", imports.home],
  ["src/store/planted.ts", "hono", imports.drivers],

  ["src/contract/planted.ts", "#lib/hash.ts", null],
  ["src/contract/planted.ts", "zod", null],
  ["src/contract/openapi/planted.ts", "../contract.ts", null],
  ["src/contract/planted.ts", "#erp/binding/sql.ts", imports.contract],
  ["src/contract/planted.ts", "#http/app.ts", imports.contract],
  ["src/contract/openapi/planted.ts", "../../http/app.ts", imports.home],
  ["src/contract/planted.ts", "node:crypto", imports.pure],
  ["src/contract/planted.ts", "hono", imports.pure],

  ["src/lib/planted.ts", "node:crypto", null],
  ["src/lib/planted.ts", "#contract/contract.ts", imports.lib],
  ["src/lib/planted.ts", "../contract/contract.ts", imports.home],
  ["src/lib/planted.ts", "zod", imports.libPackages],
  ["src/lib/planted.ts", "ipaddr.js", null],

  ["sdk-gen/planted.ts", "node:fs", null],
  ["sdk-gen/planted.ts", "#lib/hash.ts", imports.sdks],
  ["sdk-gen/planted.ts", "sluice", imports.sdks],
  ["sdk-gen/planted.ts", "../src/lib/hash.ts", imports.sdks],

  ...["demo", "examples/weberp", "templates/project"].flatMap((project): readonly (readonly [string, string, string | null])[] => [
    [`${project}/gateway.ts`, "./resources/orders/erp.ts", null],
    [`${project}/gateway.ts`, "../src/gateway.ts", imports.project],
    [`${project}/resources/orders/planted.ts`, "sluice", null],
    [`${project}/resources/orders/planted.ts`, "./schema.ts", null],
    [`${project}/resources/orders/planted.ts`, "../../erp/source.ts", null],
    [`${project}/resources/orders/planted.ts`, "../products/schema.ts", imports.project],
    [`${project}/resources/orders/planted.ts`, "../../resources/products/schema.ts", imports.project],
    [`${project}/resources/orders/planted.ts`, "../../gateway.ts", imports.project],
    [`${project}/resources/orders/planted.ts`, "../../../src/index.ts", imports.project],
    [`${project}/resources/orders/planted.ts`, "#erp/binding/sql.ts", imports.project],
    [`${project}/resources/orders/planted.ts`, "zod", imports.project],
    [`${project}/resources/orders/planted.ts`, "pg", imports.project],
    [`${project}/resources/orders/planted.ts`, "node:fs", imports.project],
    [`${project}/erp/planted.ts`, "pg", null],
    [`${project}/erp/planted.ts`, "node:fs/promises", null],
    [`${project}/erp/generate/planted.ts`, "../tables.ts", null],
    [`${project}/erp/planted.ts`, "../resources/orders/schema.ts", imports.project],
    [`${project}/erp/planted.ts`, "#store/connect.ts", imports.project],
  ]),
];

/** A file that imports `from` in every way there is. */
const fileImporting = (from: string): string => `import { value } from "${from}";
import type { Type } from "${from}";
import "${from}";
export { other } from "${from}";
export const late: Type = await import("${from}");
value();
`;
const ways = 5;

interface Finding {
  readonly category: string;
  readonly message: string;
  readonly location: { readonly path: string };
}

/** Lints the files of `folder` by this repository's rules for imports: the reasons of what is refused, by file. */
async function refusals(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const args = ["lint", "--only=style/noRestrictedImports", "--reporter=json", "--max-diagnostics=none", "."];
  const biome = join(repository, "node_modules/@biomejs/biome/bin/biome");
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, [biome, ...args], { cwd: folder, maxBuffer: 1 << 26 }, (_, stdout) => resolve(stdout)),
  );
  const findings: { readonly diagnostics: readonly Finding[] } = JSON.parse(output);
  const reasons = new Map<string, readonly string[]>();
  for (const { category, message, location } of findings.diagnostics) {
    expect(category, message).toBe("lint/style/noRestrictedImports");
    const file = location.path.replace(/^\.\//, "");
    reasons.set(file, [...(reasons.get(file) ?? []), message]);
  }
  return reasons;
}

/** A name of its own for each planted file, except where the name is what the wall is about. */
const nameOf = (file: string, index: number): string => file.replace(/planted\.ts$/, `planted-${index}.ts`);

describe("walls", () => {
  let folder: string;
  const found = new Map<number, readonly string[]>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-walls-"));
    // Those that share a file name are planted in turn.
    const rounds: Map<string, number>[] = [];
    for (const [index, [file]] of planted.entries()) {
      const name = nameOf(file, index);
      const round = rounds.find((candidate) => !candidate.has(name));
      if (round) round.set(name, index);
      else rounds.push(new Map([[name, index]]));
    }
    for (const [at, round] of rounds.entries()) {
      const here = join(folder, String(at));
      for (const settings of ["biome.json", ".gitignore"]) await cp(join(repository, settings), join(here, settings));
      for (const [name, index] of round) {
        await mkdir(dirname(join(here, name)), { recursive: true });
        await writeFile(join(here, name), fileImporting(planted[index]?.[1] ?? ""));
      }
      const reasons = await refusals(here);
      for (const [name, index] of round) found.set(index, reasons.get(name) ?? []);
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const [index, [file, imported, reason]] of planted.entries()) {
    it(`${reason === null ? "lets" : "refuses"} ${file} ${reason === null ? "import" : "importing"} ${imported}`, () => {
      expect(found.get(index)).toEqual(reason === null ? [] : Array(ways).fill(reason));
    });
  }

  it("is no matter of how the import is written: types are imported at the top of a file", async () => {
    for (const file of (await trackedFiles()).filter((path) => /^(src|demo|examples|sdk-gen)\/.*\.ts$/.test(path))) {
      const inline = (await readFile(join(repository, file), "utf8")).match(/(?<!await )\bimport\(\s*["'`]/);
      expect(inline, file).toBeNull();
    }
  });

  it("is suppressed nowhere: an exception stands in biome.json and among the decisions", async () => {
    const suppression = new RegExp(["biome-ignore", "lint/style/noRestrictedImports"].join("(?:-all|-start)? "));
    for (const file of (await trackedFiles()).filter((path) => /\.[jt]s$/.test(path))) {
      expect(suppression.test(await readFile(join(repository, file), "utf8")), file).toBe(false);
    }
  });

  it("stands around every folder of src", async () => {
    const parts = new Set((await trackedFiles()).map((path) => /^src\/([^/]+)\//.exec(path)?.[1]).filter((part) => part !== undefined));
    const refused = new Set(planted.filter(([, , reason]) => reason !== null).map(([file]) => /^src\/([^/]+)\//.exec(file)?.[1]));
    for (const part of parts) expect(refused, `no planted violation in src/${part}`).toContain(part);
  });

  it("is part of `npm run check`", async () => {
    const { scripts } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
    expect(scripts.check).toContain("npm run check:style");
    expect(scripts["check:style"]).toMatch(/^biome check .*\.$/);
    const violation = 'import { digest } from "#store/connect.ts";\n\nexport const planted = digest;\n';
    const biome = join(repository, "node_modules/@biomejs/biome/bin/biome");
    const exit = await new Promise<number | null>((resolve) => {
      const child = execFile(process.execPath, [biome, "lint", "--only=style/noRestrictedImports", "--stdin-file-path=src/http/planted.ts"], {
        cwd: repository,
      });
      child.on("close", resolve);
      child.stdin?.end(violation);
    });
    expect(exit).toBe(1);
  });
});
