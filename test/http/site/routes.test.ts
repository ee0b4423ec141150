/** The docs site's pages and files, asked for without a browser. */

import { describe, expect, test } from "vitest";
import { guideSlugs } from "../../../src/http/site/guides.ts";
import { invalidReasons, malformedReasons } from "../../../src/lib/body-reasons.ts";
import { problemKinds } from "../../../src/lib/problems.ts";
import { gatewayFixture, siteFixture } from "./fixture.ts";

const pages = ["/", "/docs", "/docs/guides", ...guideSlugs.map((slug) => `/docs/guides/${slug}`), "/docs/ownership", "/docs/errors"];

describe("pages", () => {
  test.each(pages)("%s renders under the strict policy", async (path) => {
    const response = await gatewayFixture().request(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html; charset=utf-8/i);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'( 'nonce-[\w+/=]+')?; connect-src 'self'; /);
    expect(policy).toContain("base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    const page = await response.text();
    expect(page).toContain("<!doctype html>");
    expect(page).toContain("Powered by Sluice".repeat(path === "/docs" ? 0 : 1));
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
    expect(page).not.toMatch(/<script(?![^>]*(src=|application\/json))|style="| on[a-z]+="|\{\{|\[object/);
  });

  test("every internal link and anchor on every page leads somewhere", async () => {
    const app = gatewayFixture();
    const texts = new Map<string, string>();
    const fetched = async (path: string) => {
      const known = texts.get(path);
      if (known !== undefined) return known;
      const response = await app.request(path);
      expect(response.status, path).toBe(200);
      const text = await response.text();
      texts.set(path, text);
      return text;
    };
    for (const from of pages) {
      for (const [, link = ""] of (await fetched(from)).matchAll(/ (?:href|src)="([^"]*)"/g)) {
        expect(link, `link on ${from}`).toMatch(/^[/#]/);
        const [path = "", anchor] = link.startsWith("#") ? [from, link.slice(1)] : link.split("#");
        const target = await fetched(path);
        // Fragments of the reference belong to its script; the test in Chromium follows one.
        if (anchor !== undefined && path !== "/docs") expect(target, `${link} on ${from}`).toContain(`id="${anchor}"`);
      }
    }
  });

  test("every problem code has its anchor, status and advice", async () => {
    const page = await (await gatewayFixture().request("/docs/errors")).text();
    for (const [code, { status }] of Object.entries(problemKinds)) {
      expect(page).toContain(`<h2 id="${code}">`);
      expect(page).toContain(`>${status}</span>`);
    }
    for (const reason of [...Object.keys(malformedReasons), ...Object.keys(invalidReasons)]) expect(page).toContain(`<td><code>${reason}</code></td>`);
    expect(page).toContain("<code>Authorization: Bearer &lt;key&gt;</code>");
  });

  test("guides name the project's own address, version and key prefix, and lead on to each other", async () => {
    const app = gatewayFixture(siteFixture({ url: "https://api.meridian.example", keyPrefix: "mrd" }));
    const page = await (await app.request("/docs/guides/authentication")).text();
    expect(page).toContain("mrd_test_");
    expect(page).toContain('rel="prev" href="/docs/guides/getting-started"');
    expect(page).toContain('rel="next" href="/docs/guides/pagination"');
    expect(page).toContain('<a href="#test-and-live">Test and live</a>');
    expect(await (await app.request("/docs/guides/getting-started")).text()).toContain("https://api.meridian.example/v1/orders");
  });

  test("guides on writing are there where something can be written, and speak of what can be", async () => {
    const { words, resources } = siteFixture();
    const without = (...names: readonly string[]) =>
      Object.fromEntries(Object.entries(words).filter(([name]) => !names.some((start) => name.startsWith(start))));
    const readOnly = without("writes", "create", "staged", "batch", "change", "refusal", "answersKept", "keysKept");
    const of = async (some: typeof words, path: string): Promise<string> => (await gatewayFixture(fixtureOf(some)).request(path)).text();
    const fixtureOf = (some: typeof words) =>
      siteFixture({ words: some, ...(some["writes"] === undefined && { resources: resources.map((one) => ({ ...one, fields: [] })) }) });
    const writing = ["/docs/guides/writing", "/docs/guides/operations", "/docs/guides/batches", "/docs/guides/changing-things"];
    for (const path of writing) {
      expect((await gatewayFixture(fixtureOf(readOnly)).request(path)).status).toBe(404);
      expect(await of(words, "/docs/guides")).toContain(`href="${path}"`);
      for (const page of pages.filter((one) => one !== "/docs/ownership" && !writing.includes(one))) expect(await of(readOnly, page), page).not.toContain(path);
    }
    // Where nothing can be made, changed field by field or sent in batches, what is left makes sense.
    const little = without("create", "staged", "batch", "change", "refusal");
    expect(await of(little, "/docs/guides/writing")).not.toMatch(/batches|changing-things|\{\{/);
    expect(await of(little, "/docs/guides/operations")).toContain("outcome-unknown");
    expect(await of(words, "/docs/guides/writing")).toContain("up to 7 days");
  });

  test("what is not there is answered with a page and 404", async () => {
    for (const path of ["/docs/guides/nothing", "/docs/nothing", "/docs/assets/nothing.js", "/docs/assets/..%2Fsite.ts", "/docs/assets/__proto__"]) {
      const response = await gatewayFixture().request(path);
      expect(response.status, path).toBe(404);
      expect(await response.text()).toContain("Nothing is here");
    }
  });
});

describe("who writes which field", () => {
  test("is told of every field where partners write: what is theirs first, with the rule and the commands", async () => {
    const page = await (await gatewayFixture().request("/docs/ownership")).text();
    expect(page).toContain('<h2 id="orders">');
    expect(page).not.toContain('<h2 id="products">');
    expect([...page.matchAll(/<tr><td><code>(\w+)<\/code>/g)].map(([, field]) => field)).toEqual(["reference", "requested_on", "id", "status", "margin"]);
    expect(page).toContain('<a href="/docs/guides/changing-things#review"><code>review</code></a>');
    expect(page).toContain("<code>place</code> <code>amend</code>");
    expect(page).toContain("Shown to keys with <code>orders.margin:read</code>.");
    expect(await (await gatewayFixture().request("/")).text()).toContain('href="/docs/ownership#orders"');
  });

  test("is no page where partners only read, and nobody is told how to change things", async () => {
    const site = siteFixture();
    const { change: _, ...words } = site.words;
    const app = gatewayFixture({ ...site, words, resources: site.resources.map((resource) => ({ ...resource, fields: [] })) });
    expect((await app.request("/docs/ownership")).status).toBe(404);
    expect((await app.request("/docs/guides/changing-things")).status).toBe(404);
    expect(await (await app.request("/")).text()).not.toMatch(/ownership|changing-things/);
    expect((await app.request("/docs/guides/pagination")).status).toBe(200);
  });
});

describe("hostile values", () => {
  const evil = `</script><img src=x onerror=alert(1)>"'&<`;
  const site = siteFixture({
    title: evil,
    summary: evil,
    url: `http://localhost/${evil}`,
    version: evil,
    versions: [evil],
    keyPrefix: evil,
    resources: [
      {
        name: evil,
        summary: evil,
        operations: [{ method: evil, path: evil, summary: evil, scope: evil }],
        fields: [{ field: evil, owner: "shared", rule: evil, description: evil, commands: [evil], scope: evil }],
      },
    ],
    problems: { [evil]: { status: 400, title: evil, advice: evil } },
    example: { curl: evil },
  });

  test.each(pages)("%s shows them and never obeys them", async (path) => {
    const page = await (await gatewayFixture(site).request(path)).text();
    expect(page).not.toMatch(/<img src=x/i);
    expect(page.match(/<\/script>/g)).toHaveLength(path === "/docs" ? 2 : 1);
  });

  test("the reference's settings survive as JSON", async () => {
    const page = await (await gatewayFixture(site).request("/docs")).text();
    const block = /<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(page)?.[1] ?? "";
    expect(block).not.toMatch(/[<>&]/);
    expect(JSON.parse(block).configuration.sources[0].title).toBe(evil);
  });
});

describe("assets", () => {
  const urlOf = async (name: string) => {
    const page = await (await gatewayFixture().request("/docs")).text();
    const url = new RegExp(`/docs/assets/${name}\\?v=\\w+`).exec(page)?.[0];
    if (url === undefined) throw new Error(`/docs does not name ${name}`);
    return url;
  };

  test("a hashed URL is cached forever, a bare one is checked each time", async () => {
    const app = gatewayFixture();
    const pinned = await app.request(await urlOf("site.css"));
    expect(pinned.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(pinned.headers.get("content-type")).toBe("text/css; charset=utf-8");
    const bare = await app.request("/docs/assets/site.css?v=other");
    expect(bare.headers.get("cache-control")).toBe("no-cache");
    const again = await app.request("/docs/assets/site.css", { headers: { "if-none-match": `W/"x", ${bare.headers.get("etag")}` } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test.each([
    ["gzip, deflate, br", true],
    ["GZIP;q=0.5", true],
    ["*", true],
    ["gzip;q=0, *", false],
    ["gzip; q=0.000", false],
    ["br", false],
    ["", false],
  ])("accept-encoding %j: gzip %s", async (accepted, zipped) => {
    const app = gatewayFixture();
    const response = await app.request("/docs/assets/scalar.js", { headers: { "accept-encoding": accepted } });
    expect(response.headers.get("content-encoding")).toBe(zipped ? "gzip" : null);
    expect(response.headers.get("vary")).toBe("Accept-Encoding");
    const size = (await response.arrayBuffer()).byteLength;
    if (zipped) expect(size).toBeLessThan(1_600_000);
    else expect(size).toBeGreaterThan(3_000_000);
  });

  test("a file is read once", async () => {
    const read: string[] = [];
    const site = siteFixture();
    const readAsset = (name: string) => {
      read.push(name);
      return site.readAsset(name);
    };
    const app = gatewayFixture({ ...site, readAsset });
    for (let round = 0; round < 3; round++) await app.request("/docs/guides/errors");
    expect(read.filter((name) => name === "site.css")).toHaveLength(1);
    expect(read.filter((name) => name === "guides/errors.md")).toHaveLength(1);
  });
});
