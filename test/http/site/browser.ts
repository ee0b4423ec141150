/** Chromium on a served docs site, and a record of everything a strict site must not do. */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { gatewayFixture, siteFixture } from "./fixture.ts";

export interface ServedSite {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves the fixture on a free port of the loopback; the site's public URL is the one it is served at. */
export async function serveSite(): Promise<ServedSite> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  const url = `http://127.0.0.1:${address.port}`;
  const site = siteFixture();
  const example = { curl: site.example.curl.replace(site.url, url) };
  server.on("request", getRequestListener(gatewayFixture({ ...site, url, example }).fetch));
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Visit {
  readonly page: Page;
  /** Violations of the policy, console errors and warnings, page errors, and requests to any other host. */
  readonly misdeeds: readonly string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  readonly executablePath: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: "light" | "dark";
}

/** A browser of its own with an empty profile, so that nothing is remembered from another visit. */
export async function visit(options: VisitOptions): Promise<Visit> {
  const profile = mkdtempSync(join(tmpdir(), "sluice-chromium-"));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: options.executablePath,
    headless: true,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
    viewport: { width: options.width, height: options.height },
    colorScheme: options.colorScheme ?? "light",
  });
  const misdeeds: string[] = [];
  const page = await context.newPage();
  const own = new URL(options.url).origin;
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && url.origin !== own) misdeeds.push(`request to ${url}`);
  });
  page.on("websocket", (socket) => misdeeds.push(`socket to ${socket.url()}`));
  page.on("pageerror", (error) => misdeeds.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (!isRefusedRequest(message.text())) misdeeds.push(`console ${message.type()}: ${message.text()}`);
  });
  await page.exposeFunction("reportMisdeed", (text: string) => misdeeds.push(text));
  await page.addInitScript(`addEventListener("securitypolicyviolation", (event) =>
    reportMisdeed("policy: " + event.effectiveDirective + " " + event.blockedURI + " " + event.sample + " " + event.sourceFile + ":" + event.lineNumber + ":" + event.columnNumber))`);
  return {
    page,
    misdeeds,
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Chromium itself logs every answer of 400 and above; the test provokes a 401 on purpose. */
function isRefusedRequest(text: string): boolean {
  return text.startsWith("Failed to load resource") && text.includes("status of 401");
}
