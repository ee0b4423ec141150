/** The pages people read first are true: paths exist, commands exist, every file says what it is for. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository, trackedFiles } from "./repository.ts";

const read = (path: string): Promise<string> => readFile(join(repository, path), "utf8");

/** Text in backquotes that begins like a path of this repository, with or without a slash at the end. */
function namedPaths(page: string, topLevel: readonly string[]): readonly string[] {
  const quoted = [...page.matchAll(/`([^`\s*{}<>]+)`/g)].map(([, text = ""]) => text);
  return quoted.filter((text) => topLevel.includes(text.split("/")[0] ?? "") && (text.includes("/") || text.includes(".")));
}

function linkedPaths(page: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = ""]) => target).filter((target) => !/^[a-z]+:/.test(target));
}

describe("pages", () => {
  const pages = ["README.md", "ARCHITECTURE.md"];

  for (const page of pages) {
    it(`${page} names and links only what exists`, async () => {
      const text = await read(page);
      const topLevel = [...new Set((await trackedFiles()).map((path) => path.split("/")[0] ?? "")), "openapi", "examples"];
      const named = namedPaths(text, topLevel);
      expect(named.length).toBeGreaterThan(2);
      for (const path of [...named, ...linkedPaths(text)]) expect(existsSync(join(repository, path)), path).toBe(true);
    });

    it(`${page} names only scripts that package.json has`, async () => {
      const { scripts } = JSON.parse(await read("package.json"));
      const called = [...(await read(page)).matchAll(/npm (?:run ([a-z:]+)|(start|test)\b)/g)].map(([, script, short]) => script ?? short ?? "");
      if (page === "README.md") expect(called).toEqual(expect.arrayContaining(["start", "test", "check"]));
      for (const script of called) expect(scripts, script).toHaveProperty([script]);
    });
  }

  it("ARCHITECTURE.md names every folder of src", async () => {
    const text = await read("ARCHITECTURE.md");
    const folders = new Set((await trackedFiles()).map((path) => /^src\/[^/]+\//.exec(path)?.[0]).filter((folder) => folder !== undefined));
    for (const folder of folders) expect(text).toContain(`\`${folder}\``);
  });

  /** Where each step stands, from `after` on. */
  const positionsIn = (text: string, after: string, steps: readonly string[]): readonly number[] => {
    const positions = steps.map((step) => text.indexOf(step, text.indexOf(after)));
    for (const [at, position] of positions.entries()) expect(position, steps[at]).toBeGreaterThanOrEqual(0);
    return positions;
  };
  const inOrder = (positions: readonly number[]): readonly number[] => [...positions].sort((a, b) => a - b);

  it("the steps of the pipeline come in the order that ARCHITECTURE.md gives them", async () => {
    const pipeline = await read("src/pipeline/index.ts");
    const known = positionsIn(pipeline, "async (operation", ["checkRequest(", "authenticate(", "limit(", "chooseVersion("]);
    const asRead = positionsIn(pipeline, "default: {", ["authorize(", "parseQuery(", "context.access(", "strip("]);
    expect([...known, ...asRead]).toEqual(inOrder([...known, ...asRead]));
  });

  it("the steps of a write do so, too", async () => {
    const before = ["parseIdempotencyKey(header", "parseIfMatch(header", "request.body()", "validateInput(", "access.command("];
    const command = positionsIn(await read("src/pipeline/command.ts"), "async function command(", before);
    expect(command).toEqual(inOrder(command));
    const within = ["transaction.claim(", "replay(receipt", "admitted(", "references.missing(", "carriedOut(", "call.answer(", "transaction.commit("];
    const execute = positionsIn(await read("src/erp/write/execute.ts"), "async function claimed(", within);
    expect(execute).toEqual(inOrder(execute));
  });

  it("decisions link only what exists, and carry the date of their name", async () => {
    const decisions = (await trackedFiles()).filter((path) => path.startsWith("docs/decisions/"));
    expect(decisions.length).toBeGreaterThan(0);
    for (const path of decisions) {
      const date = /^docs\/decisions\/(\d{4}-\d\d-\d\d)-[a-z0-9-]+\.md$/.exec(path)?.[1];
      const text = await read(path);
      expect(text, path).toContain(`**Decided** ${date}`);
      for (const named of namedPaths(text, ["src", "test", "demo", "docs"])) expect(existsSync(join(repository, named)), `${path}: ${named}`).toBe(true);
      for (const linked of linkedPaths(text)) expect(existsSync(join(repository, dirname(path), linked)), `${path}: ${linked}`).toBe(true);
    }
  });

  it("every file of the engine and its tests opens with a sentence that says what it is for", async () => {
    const opening = /^(?:#![^\n]*\n)?(?:\/\*\*?|\/\/|--) ?\*? ?\S.{15,}/;
    const files = (await trackedFiles()).filter((path) => /^(?:src|migrations|bench|test)\/(?!types\/refusals\/).*\.(?:ts|js|css|sql)$/.test(path));
    expect(files.filter((path) => path.startsWith("src/")).length).toBeGreaterThan(50);
    const silent = [];
    for (const path of files) if (!opening.test(await read(path))) silent.push(path);
    expect(silent).toEqual([]);
  });
});
