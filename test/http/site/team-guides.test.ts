/** The pages for the team that wraps the ERP: there where the gateway says so, and nowhere else. */

import { describe, expect, test } from "vitest";
import { teamShelves } from "../../../src/http/site/guides.ts";
import { gatewayFixture, siteFixture } from "./fixture.ts";

const pages = teamShelves.flatMap(({ folder, slugs }) => slugs.map((slug) => `/docs/${folder}/${slug}`));
const all = ["/docs/wrapping", ...pages];

describe("served", () => {
  test.each(all)("%s renders under the strict policy, with all its code and tables", async (path) => {
    const response = await gatewayFixture().request(path);
    expect(response.status).toBe(200);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; /);
    const page = await response.text();
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
    expect(page).toContain('<a href="/docs/wrapping" aria-current="true">Wrapping</a>');
    expect(page).not.toMatch(/<script(?![^>]*src=)|style="| on[a-z]+="|\{\{|\[object|```/);
  });

  test("every link and anchor leads somewhere, and to no other host", async () => {
    const app = gatewayFixture();
    const texts = new Map<string, string>();
    const fetched = async (path: string): Promise<string> => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const response = await app.request(path);
      expect(response.status, path).toBe(200);
      const text = await response.text();
      texts.set(path, text);
      return text;
    };
    for (const from of ["/", ...all]) {
      for (const [, link = ""] of (await fetched(from)).matchAll(/ (?:href|src)="([^"]*)"/g)) {
        expect(link, `link on ${from}`).toMatch(/^(?:\/(?!\/)|#)/);
        const [path = "", anchor] = link.startsWith("#") ? [from, link.slice(1)] : link.split("#");
        const target = await fetched(path);
        if (anchor !== undefined && path !== "/docs") expect(target, `${link} on ${from}`).toContain(`id="${anchor}"`);
      }
    }
  });

  test("the index and the landing page lead to every page", async () => {
    const app = gatewayFixture();
    expect(await (await app.request("/")).text()).toContain("For the team that wraps the ERP");
    const index = await (await app.request("/docs/wrapping")).text();
    for (const page of pages) expect(index).toContain(`<a href="${page}">`);
  });

  test("a page lists all of them beside it, and leads to its neighbours on its own shelf", async () => {
    const page = await (await gatewayFixture().request("/docs/wrapping/conversions")).text();
    expect(page).toContain('rel="prev" href="/docs/wrapping/introspect"');
    expect(page).toContain("Running the gateway");
    expect(page).toContain('href="/docs/wrapping/conversions" aria-current="page"');
    expect(await (await gatewayFixture().request("/docs/operating/deploying-on-node")).text()).not.toContain('rel="prev" href="/docs/wrapping');
  });

  test("links between pages are written for files, and lead to addresses", async () => {
    const page = await (await gatewayFixture().request("/docs/wrapping/first-resource")).text();
    expect(page).toContain('href="/docs/wrapping/conversions"');
    expect(page).toContain('href="/docs/operating/deploying-on-node"');
    expect(page).not.toMatch(/href="[^"]*\.md/);
  });

  test("code is coloured, and shown as it is written", async () => {
    const page = await (await gatewayFixture().request("/docs/wrapping/conversions")).text();
    expect(page).toContain('<span class="code-comment">// schema.ts</span>');
    expect(page).toContain('<span class="code-string">&quot;itmds&quot;</span>');
    expect(page).toContain('<span class="code-flag">CREATE</span>');
  });
});

describe("not served", () => {
  const site = siteFixture({
    teamGuides: false,
    async readAsset(name) {
      if (/^(?:wrapping|operating)\//.test(name)) throw new Error(`${name} is nobody's business`);
      return siteFixture().readAsset(name);
    },
  });

  test.each([...all, "/docs/wrapping/", "/docs/operating", "/docs/wrapping/README", "/docs/wrapping/first-resource.md"])("%s is not there", async (path) => {
    const [answer, anything] = await Promise.all([gatewayFixture(site).request(path), gatewayFixture(site).request("/docs/anything/else")]);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe(await anything.text());
  });

  test("no page speaks of them", async () => {
    for (const path of ["/", "/docs", "/docs/guides", "/docs/guides/filtering", "/docs/errors", "/docs/nothing"]) {
      const page = await (await gatewayFixture(site).request(path)).text();
      expect(page, path).not.toMatch(/docs\/wrapping|docs\/operating|Wrapping/);
    }
  });
});
