/** The team's guides hold together: each is listed where it belongs, every link leads somewhere, on the site and on a code host. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { marked, type Token } from "marked";
import { describe, expect, it } from "vitest";
import { teamShelves } from "../../src/http/site/guides.ts";
import { repository } from "./repository.ts";

const docs = join(repository, "docs");
const listed = teamShelves.flatMap(({ folder, slugs }) => slugs.map((slug) => `${folder}/${slug}.md`));
const index = "wrapping/README.md";

const read = (path: string): Promise<string> => readFile(join(docs, path), "utf8");

async function pagesOnDisk(): Promise<readonly string[]> {
  const folders = await Promise.all(teamShelves.map(async ({ folder }) => (await readdir(join(docs, folder))).map((file) => `${folder}/${file}`)));
  return folders.flat();
}

/** Links of a page to other files and to its own sections, code left out. */
function linksOf(text: string): readonly string[] {
  const found: string[] = [];
  marked.walkTokens(marked.lexer(text), (token: Token) => {
    if (token.type === "link" && "href" in token) found.push(String(token.href));
  });
  return found.filter((href) => !/^[a-z]+:/.test(href));
}

/** As code hosts make them: lower case, blanks to hyphens, everything else but letters, digits, `_` and `-` left out. */
function anchorsOf(text: string): readonly string[] {
  const headings: string[] = [];
  for (const token of marked.lexer(text)) if (token.type === "heading" && "text" in token) headings.push(String(token.text));
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the team's guides", () => {
  it("are all in the site's list: a page that is not is read by nobody", async () => {
    expect([...listed, index].sort()).toEqual([...(await pagesOnDisk())].sort());
  });

  it("are all linked from their index", async () => {
    const linked = linksOf(await read(index)).map((href) => relative(docs, join(docs, dirname(index), href.split("#")[0] ?? "")));
    expect([...new Set(linked)].sort()).toEqual([...listed].sort());
  });

  it.each([...listed, index])("%s links only what exists, by names that the site and a code host both understand", async (page) => {
    for (const href of linksOf(await read(page))) {
      const [file = "", anchor] = href.split("#");
      const target = file === "" ? page : relative(docs, join(docs, dirname(page), file));
      expect(existsSync(join(docs, target)), `${page}: ${href}`).toBe(true);
      expect([...listed, index, ...(await readdir(join(docs, "guides"))).map((name) => `guides/${name}`)], `${page}: ${href}`).toContain(target);
      if (anchor !== undefined) expect(anchorsOf(await read(target)), `${page}: ${href}`).toContain(anchor);
    }
  });

  it("travel with the package, where it says what it holds", async () => {
    const { files } = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
    if (files === undefined) return;
    for (const { folder } of teamShelves)
      expect(
        ["docs", `docs/${folder}`].some((path) => files.includes(path)),
        `docs/${folder}`,
      ).toBe(true);
  });
});
