/** The docs site in Chromium, wide and narrow: it looks whole, breaks no policy, talks to no other host, and works. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../../support/requires.ts";
import { type ServedSite, serveSite, visit } from "./browser.ts";
import { pastedKey } from "./fixture.ts";

const screens = [
  { name: "wide", width: 1440, height: 900 },
  { name: "narrow", width: 375, height: 812 },
] as const;
const paths = {
  landing: "/",
  reference: "/docs",
  guide: "/docs/guides/filtering",
  guides: "/docs/guides",
  errors: "/docs/errors",
  team: "/docs/wrapping",
  conversions: "/docs/wrapping/conversions",
  deploying: "/docs/operating/deploying-on-node",
};

describeWith("chromium", "in Chromium", (executablePath) => {
  let site: ServedSite;
  beforeAll(async () => {
    site = await serveSite();
  });
  afterAll(() => site.stop());

  for (const screen of screens) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`every page is whole and well-behaved on a ${screen.name} ${colorScheme} screen`, { timeout: 120_000 }, async () => {
        const { page, misdeeds, close } = await visit({ executablePath, url: site.url, ...screen, colorScheme });
        try {
          for (const [name, path] of Object.entries(paths)) {
            await page.goto(site.url + path, { waitUntil: "networkidle" });
            if (name === "reference") await page.getByRole("heading", { name: "List widgets" }).waitFor();
            await page.screenshot({ path: join(tmpdir(), `sluice-site-${name}-${screen.name}-${colorScheme}.png`) });
            expect(await overflow(page), `${path} scrolls sideways`).toBe(0);
          }
          expect(misdeeds).toEqual([]);
        } finally {
          await close();
        }
      });
    }

    test(`a request sent from the reference with a pasted key succeeds on a ${screen.name} screen`, { timeout: 120_000 }, async () => {
      const { page, misdeeds, close } = await visit({ executablePath, url: site.url, ...screen });
      try {
        await page.goto(`${site.url}/`);
        await page.getByRole("link", { name: "widgets", exact: true }).click();
        await page.getByRole("heading", { name: "List widgets" }).waitFor();
        await page.getByRole("button", { name: /^Test Request/ }).click();
        const dialog = page.getByRole("dialog", { name: "API Client" });
        const send = dialog.getByRole("button", { name: /Send get request/ }).filter({ visible: true });
        await send.click();
        await dialog.getByText("401 Unauthorized").waitFor();
        await dialog.getByPlaceholder("Token").fill(pastedKey);
        await send.click();
        await dialog.getByText("200 OK").waitFor();
        await dialog.getByText("Sprocket of the test").scrollIntoViewIfNeeded();
        await page.screenshot({ path: join(tmpdir(), `sluice-site-request-${screen.name}.png`) });
        expect(await overflow(page)).toBe(0);
        expect(await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")).not.toContain(pastedKey);
        expect(misdeeds).toEqual([]);
      } finally {
        await close();
      }
    });
  }

  test("the reference shows an older version when it is chosen", { timeout: 120_000 }, async () => {
    const { page, misdeeds, close } = await visit({ executablePath, url: site.url, ...screens[0] });
    try {
      await page.goto(`${site.url}/docs`, { waitUntil: "networkidle" });
      await page.getByText("v2026-06-01").waitFor();
      await page.getByRole("button", { name: "2026-06-01" }).first().click();
      await page.getByRole("option", { name: "2026-01-15" }).click();
      await page.getByText("v2026-01-15").waitFor();
      expect(misdeeds).toEqual([]);
    } finally {
      await close();
    }
  });
});

/** Pixels by which the page is wider than the screen. */
function overflow(page: Page): Promise<number> {
  return page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth");
}
