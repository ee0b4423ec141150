/** The documentation as a Worker serves it from static assets: the same pages, files and headers as on Node. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveOnNode } from "#testing/serve-on-node.ts";
import type { ServedGateway } from "#testing/served-gateway.ts";
import gateway from "../../demo/gateway.ts";
import { visit } from "../http/site/browser.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";
import { serveInWorkerd } from "./serve-in-workerd.ts";

let store: TestDatabase;
let node: ServedGateway;
let worker: ServedGateway;

beforeAll(async () => {
  store = await createDatabase(gatewayTables);
  // No request here reads the ERP.
  const parts = { definition: gateway, sources: new Map([["erp", { live: store.url, test: store.url }]]), storeUrl: store.url };
  const onNode = await serveOnNode(parts);
  onNode.stopTending(); // a Worker has no background that would ask the ERP before anybody else does
  [node, worker] = [onNode, await serveInWorkerd(parts)];
}, 120_000);
afterAll(async () => {
  await node?.stop();
  await worker?.stop();
  await store?.drop();
});

const [version] = [gateway.version];
const pages = ["/", "/docs", "/docs/guides", "/docs/guides/filtering", "/docs/errors", "/docs/guides/nothing", "/docs/nothing", `/openapi/${version}.json`];
const files = ["scalar.js", "site.css", "site.js", "pages.css", "reference.css", "reference.js", "mark.svg", "nothing.js"].map(
  (name) => `/docs/assets/${name}`,
);

/** What the way of transport may change. */
const ofTransport = new Set(["date", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"]);

async function read({ url }: ServedGateway, path: string, init: RequestInit = {}) {
  const response = await fetch(url + path, init);
  const nonce = /'nonce-([^']+)'/.exec(response.headers.get("content-security-policy") ?? "")?.[1];
  // The first request to try is what each entry makes it; what the site makes of it is the same.
  const same = (text: string): string =>
    (nonce === undefined ? text : text.replaceAll(nonce, "NONCE")).replaceAll(url, "URL").replace(/(<h2>Your first request<\/h2>\n)<pre.*?<\/pre>/s, "$1");
  const ofRequest = response.headers.get("request-id") ?? "none";
  return {
    status: response.status,
    headers: Object.fromEntries(
      [...response.headers].filter(([name]) => !ofTransport.has(name)).map(([name, value]) => [name, same(value).replace(ofRequest, "ID")]),
    ),
    body: same(await response.text()).replace(ofRequest, "ID"),
  };
}

test.each([...pages, ...files, "/health", "/nothing"])("%s is what it is on Node", async (path) => {
  expect(await read(worker, path)).toEqual(await read(node, path));
});

test("files are cached for ever at the address that pages name, and not sent again to who has them", async () => {
  const page = await (await fetch(worker.url)).text();
  const addresses = [...page.matchAll(/"(\/docs\/assets\/[^"]+)"/g)].map(([, address = ""]) => address);
  expect(addresses.length).toBeGreaterThan(2);
  for (const address of addresses) {
    const response = await fetch(worker.url + address);
    expect([response.status, response.headers.get("cache-control")], address).toEqual([200, "public, max-age=31536000, immutable"]);
    const again = await fetch(worker.url + address, { headers: { "If-None-Match": response.headers.get("etag") ?? "" } });
    expect([again.status, await again.text()], address).toEqual([304, ""]);
  }
});

test("the files that were collected are reached by no other address", async () => {
  for (const path of ["/scalar.js", "/site.css", "/site.css.hash", "/guides/errors.md", "/docs/assets/site.css.gz", "/docs/assets/..%2Fguides%2Ferrors.md"])
    expect((await fetch(worker.url + path)).status, path).toBe(404);
});

test("methods that are not offered are 405, and HEAD is GET without its body", async () => {
  for (const path of ["/docs", "/health", "/docs/assets/site.css"]) {
    const post = await read(worker, path, { method: "POST" });
    expect([post.status, post.headers["allow"]], path).toEqual([405, "GET, HEAD"]);
    const head = await read(worker, path, { method: "HEAD" });
    expect(head, path).toEqual({ ...(await read(worker, path)), body: "" });
  }
});

describeWith("chromium", "in Chromium", (executablePath) => {
  test("every page is whole, breaks no policy and talks to nobody else", { timeout: 120_000 }, async () => {
    const { page, misdeeds, close } = await visit({ executablePath, url: worker.url, width: 1440, height: 900 });
    try {
      for (const path of ["/", "/docs/guides/filtering", "/docs/errors", "/docs"]) await page.goto(worker.url + path, { waitUntil: "networkidle" });
      await page.getByRole("heading", { name: "List orders" }).waitFor();
      await page.screenshot({ path: join(tmpdir(), "sluice-worker-reference.png") });
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });
});
